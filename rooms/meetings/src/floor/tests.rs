use proptest::prelude::*;
use sala_core::time::Timestamp;

use crate::meeting::{Meeting, MeetingLang, MeetingState, Party};

pub(crate) fn meeting() -> Meeting {
    let chair = Party { persona: "chair".into(), office: Some("health".into()) };
    Meeting {
        id: "meeting_1".into(),
        title: "ประชุม".into(),
        about: "เรื่อง".into(),
        lang: MeetingLang::Th,
        space: None,
        state: MeetingState::Open,
        begins_at: Timestamp(0),
        opened_at: Some(Timestamp(0)),
        closed_at: None,
        convened_by: chair.clone(),
        chair,
        keeps_words: true,
        speaker_s: 120,
        agenda: vec![],
        speaker: None,
        queue: vec![],
        spoken: vec![],
        draft_version: 1,
        minutes_sha256: None,
        acts: vec![],
    }
}

fn party(name: &str) -> Party {
    Party { persona: name.into(), office: None }
}

#[test]
fn one_waits_once_and_not_while_one_speaks() {
    let mut meeting = meeting();
    meeting.ask_floor("e1".into(), party("ann"), Timestamp(1)).unwrap();
    assert_eq!(meeting.ask_floor("e2".into(), party("ann"), Timestamp(2)).unwrap_err().code.code, "already_in_queue");
    meeting.give_floor(None, "act_1", Timestamp(3)).unwrap();
    assert_eq!(meeting.ask_floor("e3".into(), party("ann"), Timestamp(4)).unwrap_err().code.code, "already_in_queue");
    assert_eq!(meeting.speaker.as_ref().unwrap().ends_at, Timestamp(3).plus_seconds(120));
    assert_eq!(meeting.give_floor(None, "act_2", Timestamp(5)).unwrap_err().code.code, "queue_empty");
    assert!(meeting.speaker.is_some(), "who speaks goes on when nobody waits");
    assert!(meeting.end_floor(Timestamp(6)).is_some());
    assert!(!meeting.leave_queue("ann"));
}

proptest! {
    #[test]
    fn nobody_speaks_again_while_someone_waits_who_has_not(ops in prop::collection::vec((0_u8..3, 0_u8..6), 1..80)) {
        let mut meeting = meeting();
        let mut now = 0;
        for (op, who) in ops {
            now += 1;
            let name = format!("p{who}");
            match op {
                0 => drop(meeting.ask_floor(format!("e{now}"), party(&name), Timestamp(now))),
                1 => drop(meeting.leave_queue(&name)),
                _ => {
                    let (waiting, spoken) = (meeting.queue.clone(), meeting.spoken.clone());
                    if meeting.give_floor(None, "act", Timestamp(now)).is_err() {
                        prop_assert!(waiting.is_empty());
                        continue;
                    }
                    let given = meeting.speaker.clone().unwrap();
                    let has_spoken = |who: &Party| spoken.contains(&who.persona);
                    let asked = waiting.iter().find(|one| one.entry == given.entry).unwrap().asked_at;
                    for other in waiting.iter().filter(|one| one.entry != given.entry) {
                        prop_assert!(!has_spoken(&given.who) || has_spoken(&other.who), "{:?} came before {:?}", given, other);
                        if has_spoken(&given.who) == has_spoken(&other.who) {
                            prop_assert!(asked < other.asked_at, "in the order of asking");
                        }
                    }
                    prop_assert!(!meeting.queue.iter().any(|one| one.who == given.who));
                }
            }
            let mut names: Vec<_> = meeting.queue.iter().map(|one| one.who.persona.clone()).collect();
            let all = names.len();
            names.sort();
            names.dedup();
            prop_assert_eq!(all, names.len(), "each waits once");
        }
    }
}
