//! SUMO's own detector-driven controllers as peers: the same phases under a program of another type, in one additional file.

use std::fmt::Write;

use quick_xml::escape::escape;
use sala_signals::network::{Network, Stage};

/// One of SUMO's own controllers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// Extends a green while the gaps between vehicles are short.
    Actuated,
    /// Extends a green while vehicles lose time on their way to it.
    DelayBased,
}

/// Green times of SUMO's own controllers in published comparisons, ms. A green that the program itself has shorter keeps its length as its
/// least, since stretching it would make another plan.
const LEAST_GREEN_MS: i64 = 10_000;
const GREATEST_GREEN_MS: i64 = 60_000;

/// An additional file in which each signal runs its own phases under one of SUMO's controllers. SUMO runs the program that it read last, so
/// this file comes after all others.
pub fn under(network: &Network, own: Own) -> String {
    let kind = match own {
        Own::Actuated => "actuated",
        Own::DelayBased => "delay_based",
    };
    let mut text = String::from("<additional>\n");
    for (_, signal) in network.signals.iter() {
        let Some(program) = signal.program() else { continue };
        let (id, offset_s) = (escape(&signal.id), decimal(program.offset_ms));
        let _ = writeln!(text, "<tlLogic id=\"{id}\" type=\"{kind}\" programID=\"sala-{kind}\" offset=\"{offset_s}\">");
        for stage in &program.stages {
            let (least, greatest) = (decimal(stage.duration_ms.min(LEAST_GREEN_MS)), decimal(stage.duration_ms.max(GREATEST_GREEN_MS)));
            let bounds = if is_green(stage) { format!(" minDur=\"{least}\" maxDur=\"{greatest}\"") } else { String::new() };
            let _ = writeln!(text, "<phase duration=\"{}\" state=\"{}\"{bounds}/>", decimal(stage.duration_ms), stage.state);
        }
        text += "</tlLogic>\n";
    }
    text + "</additional>\n"
}

/// Someone may drive, and nobody is being stopped.
fn is_green(stage: &Stage) -> bool {
    stage.state.contains(['G', 'g']) && !stage.state.contains(['y', 'Y', 'u'])
}

/// Seconds with as many digits as there are.
fn decimal(milliseconds: i64) -> String {
    format!("{}{}.{:03}", if milliseconds < 0 { "-" } else { "" }, milliseconds.unsigned_abs() / 1000, milliseconds.unsigned_abs() % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_to_the_millisecond() {
        assert_eq!([decimal(0), decimal(40_000), decimal(-1_500), decimal(3_007)], ["0.000", "40.000", "-1.500", "3.007"]);
    }

    #[test]
    fn only_a_green_is_stretched() {
        let stage = |state: &str| Stage { state: state.into(), ..Stage::default() };
        assert!(is_green(&stage("GrrG")));
        assert!(!is_green(&stage("yrrG")));
        assert!(!is_green(&stage("rrrr")));
    }
}
