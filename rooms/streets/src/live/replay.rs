//! A minute decided again: from what its round recorded, with a new cabinet.

use std::{collections::BTreeMap, sync::Arc};

use sala_core::{
    cbor::Value,
    problem::{NOT_FOUND, Problem},
    replay::Replay,
    store::{ActRow, Store},
    text::Text,
};
use sala_signals::{Command, PhaseId, SignalId};

use super::{
    Control,
    minute::{Tick, unpack},
    run::fault,
};
use crate::{
    Street,
    live::declaration::LiveFile,
    simulator::{cabinet::Cabinet, crossing::Crossing, fault::Fault, simulation::seconds},
    store::{self, Kept},
};

/// Any release does: the file with the loops is not used here.
const RELEASE: (u32, u32) = (1, 28);

/// The first second in which something else came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Simulated ms.
    pub at_ms: i64,
    /// What the controller wanted then, recorded and now; or the lamps, if only these differ.
    pub recorded: String,
    /// The same now.
    pub recomputed: String,
}

/// A round decided again, second by second from its first on.
#[derive(Debug)]
pub struct Again<'a> {
    crossing: &'a Crossing,
    file: &'a LiveFile,
    begin_s: f64,
    cabinet: Option<Cabinet>,
    seconds: usize,
}

impl<'a> Again<'a> {
    /// Of a street that began at this second.
    pub fn new(crossing: &'a Crossing, file: &'a LiveFile, begin_s: f64) -> Self {
        Self { crossing, file, begin_s, cabinet: None, seconds: 0 }
    }

    /// Gives the recorded inputs of the next second to the cabinet. `None`: what comes out is what was recorded.
    ///
    /// # Errors
    /// When the controller can't be made.
    pub fn take(&mut self, tick: Tick) -> Result<Option<Difference>, Fault> {
        let Tick { now_ms, control, is_new, raw, said: recorded, lamps: shown } = tick;
        let hand = self.file.hand(control);
        let cabinet = match &mut self.cabinet {
            Some(cabinet) => {
                if is_new {
                    cabinet.hand_to(self.crossing, hand)?;
                }
                cabinet
            }
            none => none.insert(Cabinet::build(self.crossing, hand, self.begin_s, RELEASE)?.0),
        };
        let recorded = recorded.map(|said| said.into_iter().map(command).collect::<Vec<_>>());
        // What a silent controller would have said is not the matter.
        let said = recorded.is_some().then(|| cabinet.consult(now_ms, &raw)).flatten();
        if said != recorded {
            return Ok(Some(Difference { at_ms: now_ms, recorded: words(recorded.as_deref()), recomputed: words(said.as_deref()) }));
        }
        cabinet.obey(now_ms, &raw, recorded.as_deref());
        self.seconds += 1;
        let lamps = cabinet.lamps();
        Ok((lamps != shown).then(|| Difference { at_ms: now_ms, recorded: shown.join(" "), recomputed: lamps.join(" ") }))
    }
}

fn command((signal, phase): (u32, u16)) -> Command {
    Command { signal: SignalId(signal), phase: PhaseId(phase) }
}

fn words(said: Option<&[Command]>) -> String {
    let Some(said) = said else { return "silence".into() };
    said.iter().map(|command| format!("signal {} → phase {}", command.signal.0, command.phase.0)).collect::<Vec<_>>().join(", ")
}

/// Replays the act of a minute, given the streets of the profile by their ids.
///
/// # Errors
/// `not_found` when the act is none of a live street of this profile.
pub async fn replay_act(store: &Store, streets: &BTreeMap<String, Arc<Street>>, act: &ActRow) -> Result<Replay, Problem> {
    let street = match act.leaf.public.get("street") {
        Some(Value::Text(id)) => streets.get(id),
        _ => None,
    };
    let Some((street, file)) = street.and_then(|street| Some((street, street.file.live.as_ref()?))) else {
        return Err(NOT_FOUND.problem());
    };
    let fact = |name: &str| act.leaf.public.get(name).cloned();
    let (Some(Value::Text(round)), Some(Value::Int(minute))) = (fact("round"), fact("minute")) else { return Err(NOT_FOUND.problem()) };
    let number: i64 = round.rsplit('.').next().and_then(|digits| digits.parse().ok()).ok_or_else(|| NOT_FOUND.problem())?;
    let kept = store::kept(store, &street.file.id, number, minute).await?;
    let recorded = ["inputs_sha256", "decisions_sha256"].map(|name| match fact(name) {
        Some(Value::Text(hash)) => hash,
        _ => String::new(),
    });
    let (street, file, leaf) = (Arc::clone(street), file.clone(), act.leaf.clone());
    let done = tokio::task::spawn_blocking(move || {
        let is_same_street = leaf.policy == Some(street.hash);
        let found = judge(&street, &file, &leaf.id, minute, &kept, &recorded, is_same_street)?;
        Ok::<_, Fault>(report(&leaf.kind, &recorded, found))
    });
    done.await.map_err(fault)?.map_err(fault)
}

/// Acts of the last minutes of all rounds of which everything is kept.
///
/// # Errors
/// As the store can't be read.
pub async fn newest_of_rounds(store: &Store) -> Result<Vec<String>, Problem> {
    store::newest_of_rounds(store).await
}

enum Found {
    Agrees { seconds: usize },
    Gone,
    OtherStreet,
    Altered,
    Differs(Difference),
}

fn judge(
    street: &Street,
    file: &LiveFile,
    act: &str,
    minute: i64,
    kept: &[Kept],
    recorded: &[String; 2],
    is_same_street: bool,
) -> Result<Found, Fault> {
    if !is_same_street {
        return Ok(Found::OtherStreet);
    }
    // A controller has a memory: without the minutes before, or out of order, nothing can be said.
    let is_whole = (1..=minute).eq(kept.iter().map(|row| row.minute));
    let Some(own) = kept.last().filter(|own| is_whole && own.act == act) else { return Ok(Found::Gone) };
    let crossing = Crossing::read(&street.scenario, &file.hand(Control::Adaptive))?;
    let mut again = Again::new(&crossing, file, street.scenario.begin_s);
    // Minute by minute: an hour of what cameras saw is large.
    for row in kept {
        let Ok((ticks, packed)) = unpack(&row.inputs, &row.decisions) else { return Ok(Found::Altered) };
        let hashes = [packed.inputs_sha256, packed.decisions_sha256].map(hex::encode);
        if row.act == own.act && hashes != *recorded {
            return Ok(Found::Altered);
        }
        for tick in ticks {
            if let Some(difference) = again.take(tick)? {
                return Ok(Found::Differs(difference));
            }
        }
    }
    Ok(Found::Agrees { seconds: again.seconds })
}

fn report(kind: &str, recorded: &[String; 2], found: Found) -> Replay {
    let [inputs, decisions] = recorded;
    let hashes = |same: bool| serde_json::json!({"inputs_sha256": inputs, "decisions_sha256": if same { Some(decisions) } else { None }});
    let (agrees, recomputed, explanation) = match found {
        Found::Agrees { seconds } => (
            true,
            hashes(true),
            Text::new(
                format!("ผลตรงกัน: ให้ข้อมูลที่บันทึกไว้ {seconds} วินาทีตั้งแต่ต้นรอบแก่ตัวควบคุมใหม่ ได้คำสั่งและไฟเดียวกันทุกวินาที"),
                format!(
                    "It agrees: given the {seconds} recorded seconds since the round began, a new controller wants and the lamps show the same in every second."
                ),
            ),
        ),
        Found::Gone => (
            false,
            serde_json::Value::Null,
            Text::new(
                "คำนวณซ้ำไม่ได้แล้ว: ข้อมูลเข้าของรอบนี้ถูกลบตามระยะเวลาเก็บของโพรไฟล์ ค่าแฮชยังอยู่ในบันทึก",
                "It can't be recomputed any more: the inputs of this round were removed after the time for which the profile keeps them. The hashes stay in the record.",
            ),
        ),
        Found::OtherStreet => (
            false,
            serde_json::Value::Null,
            Text::new("แฟ้มของถนนเปลี่ยนไปหลังการตัดสินใจนี้", "The files of the street have changed since this decision."),
        ),
        Found::Altered => (
            false,
            hashes(false),
            Text::new("ข้อมูลที่เก็บไว้ไม่ตรงกับที่ผูกมัดไว้ในบันทึกสาธารณะ", "What is kept is not what the public record committed to."),
        ),
        Found::Differs(Difference { at_ms, recorded, recomputed }) => (
            false,
            serde_json::json!({"at_s": seconds(at_ms), "recorded": recorded, "recomputed": recomputed}),
            Text::new(
                format!("ผลไม่ตรงกันที่วินาที {}: บันทึกไว้ {recorded} คำนวณซ้ำได้ {recomputed}", seconds(at_ms)),
                format!("It does not agree at second {}: recorded {recorded}; recomputed {recomputed}.", seconds(at_ms)),
            ),
        ),
    };
    Replay { agrees, kind: kind.to_owned(), recorded: hashes(true), recomputed, explanation }
}
