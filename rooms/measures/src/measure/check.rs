//! What must hold in a measure's file, each fault with what is expected.

use sala_core::{
    lever::{LeverKind, is_id},
    problem::FieldError,
    text::Text,
};

use super::{Comparison, Measure, Mode, World};

/// The most windows that one hold may span: they are all recorded as evidence.
const MAX_HELD: i64 = 400;

struct Faults(Vec<FieldError>);

impl Faults {
    fn unless(&mut self, holds: bool, field: &str, expected: impl Into<String>) {
        if !holds {
            self.0.push(FieldError { pointer: field.to_owned(), detail: expected.into() });
        }
    }
}

/// Faults that show in the file alone.
pub(super) fn shape(measure: &Measure) -> Vec<FieldError> {
    let mut faults = Faults(vec![]);
    let (trigger, metric, rails) = (&measure.trigger, &measure.metric, &measure.guardrails);
    faults.unless(is_id(&measure.id), "id", "expected 1–64 characters of a–z, 0–9, `.`, `-`, `_`");
    for (field, text) in [
        ("title", &measure.title),
        ("summary", &measure.summary),
        ("legal_basis.law", &measure.legal_basis.law),
        ("trigger.sentence", &trigger.sentence),
        ("action.sentence", &measure.action.sentence),
        ("metric.sentence", &metric.sentence),
    ] {
        faults.unless(is_bilingual(text), field, "expected a text in Thai (th) and in English (en)");
    }
    faults.unless(!measure.legal_basis.section.trim().is_empty(), "legal_basis.section", "expected the section of the law");
    for (field, window_s) in [("trigger.window_s", trigger.window_s), ("metric.window_s", metric.window_s)] {
        faults.unless((1..=366 * 86_400).contains(&window_s), field, "expected 1 second to 366 days");
    }
    for (field, number) in [("trigger.threshold", trigger.threshold), ("trigger.release", trigger.release)] {
        faults.unless(number.is_finite(), field, "expected a finite number");
    }
    faults.unless(
        match trigger.comparison {
            Comparison::Above => trigger.release <= trigger.threshold,
            Comparison::Below => trigger.release >= trigger.threshold,
        },
        "trigger.release",
        format!("expected a value on the quiet side of the threshold {}, or equal to it", trigger.threshold),
    );
    for (field, seconds) in [("trigger.cooldown_s", trigger.cooldown_s), ("trigger.max_gap_s", trigger.max_gap_s)] {
        faults.unless((0..=10 * 366 * 86_400).contains(&seconds), field, "expected 0 seconds to ten years");
    }
    faults.unless(
        (0..=trigger.window_s.saturating_mul(MAX_HELD)).contains(&trigger.for_s),
        "trigger.for_s",
        format!("expected 0 to {MAX_HELD} windows, in seconds"),
    );
    faults.unless((1..=1_000).contains(&rails.max_runs_per_day), "guardrails.max_runs_per_day", "expected 1–1000");
    match (measure.mode, rails.proposal_expires_s) {
        (Mode::Approve, Some(seconds)) => {
            faults.unless((1..=366 * 86_400).contains(&seconds), "guardrails.proposal_expires_s", "expected 1 second to 366 days");
        }
        (Mode::Approve, None) => {
            faults.unless(false, "guardrails.proposal_expires_s", "expected: a measure in mode approve says when a proposal lapses");
        }
        (_, expires) => {
            faults.unless(expires.is_none(), "guardrails.proposal_expires_s", "expected nothing: only mode approve has proposals");
        }
    }
    faults.unless(
        measure.review_on < measure.sunset_on,
        "sunset_on",
        format!("expected a day after the review on {}", measure.review_on.as_str()),
    );
    for (field, windows) in [("metric.windows_before", metric.windows_before), ("metric.windows_after", metric.windows_after)] {
        faults.unless((6..=1_000).contains(&windows), field, "expected 6–1000: fewer windows say nothing");
    }
    faults.0
}

/// Faults that show beside the levers and series of the profile.
pub(super) fn fit(measure: &Measure, world: &dyn World) -> Vec<FieldError> {
    let mut faults = Faults(vec![]);
    match world.lever(&measure.action.lever) {
        None => faults.unless(false, "action.lever", format!("expected the id of a lever in levers.yaml, found {}", measure.action.lever)),
        Some(lever) => {
            if let Err(expected) = lever.admit(&measure.action.value) {
                faults.unless(false, "action.value", format!("expected a value that the lever takes: {}", expected.en));
            }
            faults.unless(!measure.action.value.is_silent(), "action.value", "expected a notice that says something");
            faults.unless(
                lever.office == measure.office,
                "office",
                format!("expected {}, which owns the lever {}", lever.office, lever.id),
            );
            faults.unless(
                measure.mode != Mode::Advise || lever.kind == LeverKind::Notice,
                "action.lever",
                format!("expected a lever of kind notice: mode advise only publishes, and {} would change something", lever.id),
            );
        }
    }
    for (field, series, window_s) in
        [("trigger", &measure.trigger.series, measure.trigger.window_s), ("metric", &measure.metric.series, measure.metric.window_s)]
    {
        match world.window_s(series) {
            None => faults.unless(false, &format!("{field}.series"), format!("expected the id of a series, found {series}")),
            Some(known) => {
                faults.unless(known == window_s, &format!("{field}.window_s"), format!("expected {known}, the window of {series}"));
            }
        }
    }
    faults.0
}

fn is_bilingual(text: &Text) -> bool {
    !text.th.trim().is_empty() && !text.en.trim().is_empty()
}
