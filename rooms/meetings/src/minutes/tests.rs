#![allow(clippy::as_conversions, reason = "small numbers of a test, and what an insertion returns")]

use proptest::prelude::*;
use sala_core::time::Timestamp;

use super::*;
use crate::{
    entry::{Amendment, Decision, Dissent, Hands, Poll, Speech, Word},
    floor::tests::meeting,
};

fn party(name: &str) -> Party {
    Party { persona: name.into(), office: None }
}

fn entries() -> Vec<Entry> {
    let before = Clause { id: "a".into(), heading: "เวลา".into(), text: "16.00".into() };
    vec![
        Entry::Word(Word {
            id: "word_2".into(), at: Timestamp(5), who: party("ann"), text: "เห็นด้วย".into(), act: "act_2".into()
        }),
        Entry::Word(Word {
            id: "word_1".into(), at: Timestamp(5), who: party("ben"), text: "# ไม่\n> เห็น <b>".into(), act: "act_1".into()
        }),
        Entry::Speech(Speech {
            id: "entry_1".into(),
            who: party("cat"),
            began_at: Timestamp(2),
            ended_at: Timestamp(3),
            act: "act_3".into(),
        }),
        Entry::Poll(Poll {
            id: "poll_1".into(),
            at: Timestamp(6),
            question: "เปิดถึงกี่โมง".into(),
            left: "20".into(),
            right: "24".into(),
            closed_at: Some(Timestamp(7)),
            result: Some(Stands::of(&[0, 50, 100])),
            acts: vec!["act_4".into()],
        }),
        Entry::Amendment(Amendment {
            id: "amendment_1".into(),
            at: Timestamp(8),
            who: party("ann"),
            before: Some(before),
            heading: String::new(),
            text: "17.00".into(),
            reason: "รถติด".into(),
            state: AmendmentState::Accepted,
            decided_at: Some(Timestamp(9)),
            hands: Some(Hands { yes: 3, no: 1, abstaining: 0 }),
            outcome: Some("รับ".into()),
            acts: vec!["act_5".into(), "act_6".into()],
        }),
        Entry::Decision(Decision {
            id: "decision_1".into(),
            at: Timestamp(10),
            who: party("chair"),
            text: "ใช้ร่างนี้".into(),
            item: Some(1),
            how: DecidedBy::Consent,
            hands: None,
            act: "act_7".into(),
        }),
        Entry::Dissent(Dissent {
            id: "dissent_1".into(),
            at: Timestamp(11),
            decision: "decision_1".into(),
            who: party("dan"),
            text: "เร็วไป".into(),
            act: "act_8".into(),
        }),
    ]
}

#[test]
fn minutes_name_those_who_spoke_proposed_or_dissented_and_each_act() {
    let clauses = [Clause { id: "a".into(), heading: "เวลา".into(), text: "17.00".into() }];
    let minutes = Minutes::of(&meeting(), &entries(), &clauses);
    let named: Vec<&str> = minutes.named.iter().map(|party| party.persona.as_str()).collect();
    assert_eq!(named, ["ann", "ben", "cat", "dan"]);
    assert_eq!(minutes.decisions[0].dissents[0].who.persona, "dan");
    let json = String::from_utf8(minutes.json().unwrap()).unwrap();
    for act in 1..=8 {
        assert!(json.contains(&format!("act_{act}")), "act_{act}");
    }
    let names = Names::from([("ann".to_owned(), "แอน".to_owned())]);
    for lang in [MeetingLang::Th, MeetingLang::En] {
        let page = markdown(&minutes, lang, &names);
        assert!(page.contains("แอน (`ann`)") && page.contains("`dan`"), "{page}");
        assert!(page.contains("17.00") && page.contains("act_8"));
        // What people write is no markup of the page.
        assert!(page.contains("\\# ไม่ \\> เห็น \\<b\\>"), "{page}");
    }
}

proptest! {
    #[test]
    fn the_same_rows_give_the_same_minutes(order in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let entries = entries();
        let shuffled: Vec<Entry> = order.iter().map(|place| entries[*place].clone()).collect();
        let (one, other) = (Minutes::of(&meeting(), &entries, &[]), Minutes::of(&meeting(), &shuffled, &[]));
        prop_assert_eq!(one.json().unwrap(), other.json().unwrap());
        let read: Minutes = serde_json::from_slice(&one.json().unwrap()).unwrap();
        prop_assert_eq!(read, one);
    }

    #[test]
    fn nothing_is_said_of_fewer_than_three_who_stand(places in prop::collection::vec(0_u8..=100, 0..40)) {
        let stands = Stands::of(&places);
        prop_assert_eq!(stands.count as usize, places.len());
        match (stands.bins, stands.mean) {
            (None, None) => prop_assert!(places.len() < 3),
            (Some(bins), Some(mean)) => {
                prop_assert!(places.len() >= 3 && bins.len() == 10 && (0.0..=100.0).contains(&mean));
                prop_assert_eq!(bins.iter().sum::<u32>() as usize, places.len());
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
