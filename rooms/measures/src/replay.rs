//! Replay: an automated decision is made again from what its act committed to, and its windows are compared with the chunk log.

use sala_core::{
    cbor::Value,
    ctx::Ctx,
    problem::{DAMAGED, NOT_FOUND, Problem},
    replay::Replay,
    store::{ActRow, Store},
    text::Text,
};
use serde::de::DeserializeOwned;

use crate::{
    acts,
    decision::Decision,
    effect::{Effect, Point, evaluate},
    evidence::Evidence,
    guard::Facts,
    input::Input,
    judge::Setting,
    measure::Measure,
    problems::NOT_REPLAYABLE,
    trigger::TriggerState,
};

/// What a replay gathers.
struct Findings<'a> {
    store: &'a Store,
    act: &'a ActRow,
    faults: Vec<Text>,
    remarks: Vec<Text>,
}

impl Findings<'_> {
    fn fault(&mut self, th: impl Into<String>, en: impl Into<String>) {
        self.faults.push(Text::new(th, en));
    }

    /// An opened field. `None` (and a fault) when it is missing, altered or unreadable.
    async fn opened(&mut self, field: &str) -> Result<Option<Value>, Problem> {
        match self.store.opened(self.act, field).await {
            Ok(Some(value)) => Ok(Some(value)),
            Ok(None) => {
                self.fault(format!("ไม่มีข้อมูลที่เปิดเผยของ {field}"), format!("The opening of {field} is missing."));
                Ok(None)
            }
            Err(problem) if problem.code == &DAMAGED => {
                self.fault(
                    format!("ข้อมูล {field} ไม่ตรงกับที่ผูกมัดไว้ในบันทึกสาธารณะ"),
                    format!("The opening of {field} is not what the public record committed to."),
                );
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    async fn read<T: DeserializeOwned>(&mut self, field: &str) -> Result<Option<T>, Problem> {
        let Some(value) = self.opened(field).await? else { return Ok(None) };
        let read = value.to_serde();
        if read.is_none() {
            self.fault(format!("อ่านข้อมูล {field} ไม่ได้"), format!("The opening of {field} can't be read."));
        }
        Ok(read)
    }

    /// The version of the measure, which must be the one whose hash the act names.
    async fn measure(&mut self) -> Result<Option<Measure>, Problem> {
        let Some(Value::Map(mut map)) = self.opened("measure").await? else { return Ok(None) };
        let measure = map.remove("content").as_ref().and_then(Measure::from_content);
        match &measure {
            None => self.fault("อ่านเนื้อหาของมาตรการไม่ได้", "The content of the measure can't be read."),
            Some(measure) if self.act.leaf.policy != Some(measure.hash()) => {
                self.fault(
                    "เนื้อหาของมาตรการไม่ตรงกับค่าแฮชในการกระทำ",
                    "The content of the measure does not have the hash that the act names.",
                );
            }
            Some(_) => {}
        }
        Ok(measure)
    }

    /// Compares recorded windows with what the chunk log gives now. A window whose chunks have grown since is told, not faulted:
    /// the decision stands on what was known.
    async fn compare(&mut self, evidence: &dyn Evidence, ctx: &Ctx, windows: &[Input]) -> Result<(), Problem> {
        let (Some(first), Some(last)) = (windows.iter().map(|window| window.start).min(), windows.iter().map(|window| window.end).max())
        else {
            return Ok(());
        };
        let Some(series) = windows.first().map(|window| window.series.clone()) else { return Ok(()) };
        let Some(facts) = evidence.series(&series) else {
            self.fault(format!("ไม่มีชุดข้อมูล {series} แล้ว"), format!("There is no series {series} any more."));
            return Ok(());
        };
        let now = match evidence.windows(ctx, &series, facts.window_s, first, last).await {
            Err(problem) if problem.code == &DAMAGED => {
                let (title, when) = (&facts.words.title, facts.words.stretch(first, last));
                self.fault(
                    format!("อ่านคลังข้อมูลไม่ได้: {} {}", title.th, when.th),
                    format!("The chunk log can't be read: {}, {}.", title.en, when.en),
                );
                return Ok(());
            }
            now => now?,
        };
        let words = facts.words;
        for window in windows {
            let when = words.stretch(window.start, window.end);
            let (th, en) = (format!("{} {}", words.title.th, when.th), format!("{}, {}", words.title.en, when.en));
            match now.iter().find(|other| other.start == window.start) {
                None => self.fault(format!("ไม่มีช่วงเวลานี้ในคลังข้อมูล: {th}"), format!("A window is not in the chunk log: {en}.")),
                Some(other) if window.agrees_with(other) => {}
                Some(other) if has_grown(window, other) => self
                    .remarks
                    .push(Text::new(format!("มีข้อมูลมาเพิ่มหลังการตัดสินใจ: {th}"), format!("More data came after the decision: {en}."))),
                Some(other) => self.fault(
                    format!(
                        "{th}: คลังข้อมูลให้ค่าเฉลี่ย {} จาก {} ค่า แต่บันทึกไว้ {} จาก {} ค่า",
                        words.figure(other.mean),
                        other.count,
                        words.figure(window.mean),
                        window.count
                    ),
                    format!(
                        "{en}: the chunk log gives a mean of {} over {} values, but {} over {} were recorded.",
                        words.figure(other.mean),
                        other.count,
                        words.figure(window.mean),
                        window.count
                    ),
                ),
            }
        }
        Ok(())
    }

    fn finish(self, recorded: Option<Value>, recomputed: Option<Value>) -> Replay {
        let is_same = matches!((&recorded, &recomputed), (Some(recorded), Some(recomputed)) if agree(recorded, recomputed));
        let agrees = self.faults.is_empty() && is_same;
        let mut parts = vec![if agrees {
            Text::new(
                "ผลตรงกัน: ข้อมูลที่บันทึก ฉบับของมาตรการ และคลังข้อมูลให้ผลเดียวกับที่บันทึกไว้",
                "It agrees: the recorded inputs, the version of the measure and the chunk log give what was recorded.",
            )
        } else {
            Text::new("ผลไม่ตรงกัน", "It does not agree.")
        }];
        parts.extend(self.faults);
        if recorded.is_some() && recomputed.is_some() && !is_same {
            parts.push(Text::new(
                "คำนวณซ้ำจากข้อมูลที่บันทึกได้ผลต่างจากที่บันทึกไว้",
                "Computed again from the recorded inputs, something else comes out.",
            ));
        }
        parts.extend(self.remarks);
        let joined = |pick: fn(&Text) -> &str| parts.iter().map(pick).collect::<Vec<_>>().join(" ");
        let json = |value: Option<Value>| value.map_or(serde_json::Value::Null, |value| value.to_json());
        Replay {
            agrees,
            kind: self.act.leaf.kind.clone(),
            recorded: json(recorded),
            recomputed: json(recomputed),
            explanation: Text::new(joined(|text| &text.th), joined(|text| &text.en)),
        }
    }
}

/// The same value; floats may differ in their last digits, for another computer's cosine and logarithm may round otherwise.
fn agree(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b)),
        (Value::Map(a), Value::Map(b)) => a.len() == b.len() && a.iter().zip(b).all(|((name, a), (other, b))| name == other && agree(a, b)),
        _ => a == b,
    }
}

/// A window names at most so many acts.
const MAX_ACTS: usize = 32;

/// Do both have values from the same chunks, the second from more of them?
fn has_grown(window: &Input, other: &Input) -> bool {
    if window.chunk_acts.len() >= MAX_ACTS {
        return other.count > window.count;
    }
    other.chunk_acts.len() > window.chunk_acts.len() && window.chunk_acts.iter().all(|act| other.chunk_acts.contains(act))
}

/// Recomputes the automated decision (or the effect) of an act, with a store and the windows of its chunk log alone. A Problem when
/// there is no such act, or when it is no automated decision.
pub async fn replay_act(store: &Store, evidence: &dyn Evidence, ctx: &Ctx, act: &str) -> Result<Replay, Problem> {
    let act = store.act_by_id(act).await?.ok_or_else(|| NOT_FOUND.problem())?;
    let mut findings = Findings { store, act: &act, faults: vec![], remarks: vec![] };
    let kind = act.leaf.kind.as_str();
    if kind == acts::FIRE.kind || kind == acts::BLOCK.kind {
        let mut recorded = findings.opened("decision").await?;
        let measure = findings.measure().await?;
        let prior: Option<TriggerState> = findings.read("prior").await?;
        let windows: Option<Vec<Input>> = findings.read("inputs").await?;
        let facts: Option<Facts> = findings.read("facts").await?;
        if let Some(windows) = &windows {
            findings.compare(evidence, ctx, windows).await?;
        }
        let has_words = facts.as_ref().is_none_or(|facts| facts.series.is_some());
        let recomputed = match (measure, prior, windows, facts) {
            (Some(measure), Some(prior), Some(windows), Some(facts)) => Decision::again(&measure, &prior, &windows, &facts),
            _ => None,
        };
        let mut recomputed = recomputed.map(|decision| Value::from_serde(&decision));
        if !has_words {
            // Acts of earlier halls recorded the sentence but not what the series is called: there the numbers alone are compared.
            for decision in [&mut recorded, &mut recomputed] {
                if let Some(Value::Map(fields)) = decision {
                    fields.remove("explanation");
                }
            }
        }
        return Ok(findings.finish(recorded, recomputed));
    }
    if kind == acts::EVALUATE.kind {
        let recorded = findings.opened("effect").await?;
        let measure = findings.measure().await?;
        let points: Option<Vec<Point>> = findings.read("points").await?;
        let setting: Option<Setting> = findings.read("setting").await?;
        if let Some(points) = &points {
            let windows: Vec<Input> = points.iter().map(|point| point.window.clone()).collect();
            findings.compare(evidence, ctx, &windows).await?;
            if points.iter().any(|point| point.expected.is_some()) {
                findings.remarks.push(Text::new(
                    "ค่าปกติตามฤดูกาลใช้ตามที่บันทึกไว้ เพราะเปลี่ยนไปตามข้อมูลที่มาภายหลัง",
                    "The values of the seasonal baseline are taken as recorded, for they change with later data.",
                ));
            }
        }
        let recomputed: Option<Effect> = match (measure, points, setting) {
            (Some(measure), Some(points), Some(setting)) => evaluate(&measure, &setting.unit, setting.is_replayed_history, &points),
            _ => None,
        };
        return Ok(findings.finish(recorded, recomputed.map(|effect| Value::from_serde(&effect))));
    }
    Err(NOT_REPLAYABLE.problem())
}
