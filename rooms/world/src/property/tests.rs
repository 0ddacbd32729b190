use proptest::prelude::*;

use super::*;

fn word() -> Word {
    Word { text: "x".into(), at: Timestamp(0), by: "persona_a".into(), act: "act_1".into() }
}

fn dispute(decision: Option<DisputeOutcome>, has_appeal: bool, review: Option<SettlementOutcome>) -> Dispute {
    Dispute {
        id: "dispute_1".into(),
        filed: word(),
        twin: None,
        answer: None,
        decision: decision.map(|outcome| (outcome, word())),
        appeal: has_appeal.then(word),
        due_at: None,
        review: review.map(|outcome| (outcome, word())),
        filer_tag: String::new(),
        judge_tag: String::new(),
    }
}

fn asset(disputes: Vec<Dispute>) -> Asset {
    Asset {
        id: "asset_1".into(),
        what: new(),
        owner: "persona_a".into(),
        owner_tag: String::new(),
        registered_at: Timestamp(0),
        offer: Some(Offer { to: "persona_b".into(), until: Timestamp(10) }),
        disputes,
        is_given_up: false,
        is_stored: false,
        steps: vec![],
    }
}

fn new() -> NewAsset {
    NewAsset {
        sha256: "a".repeat(64),
        media_type: "model/gltf-binary".into(),
        size: 1,
        title: " เจดีย์ ".into(),
        maker: "สมชาย".into(),
        licence: Licence::spdx("CC-BY-4.0"),
        provenance: Provenance {
            kind: Making::Scan,
            captured: Some("2024-02-29".into()),
            source: "field work".into(),
            uncertainty: String::new(),
        },
    }
}

#[test]
fn an_asset_is_what_was_decided_about_it() {
    use DisputeOutcome::{Keep, Retire};
    use SettlementOutcome::{Lapse, Reverse, Uphold};
    let state = |decision, appeal, review| asset(vec![dispute(decision, appeal, review)]).state();
    assert_eq!(asset(vec![]).state(), AssetState::Registered);
    assert_eq!(state(None, false, None), AssetState::Disputed);
    assert_eq!(state(Some(Keep), false, None), AssetState::Registered);
    assert_eq!(state(Some(Keep), true, None), AssetState::Disputed, "an appeal freezes it again");
    assert_eq!(state(Some(Keep), true, Some(Reverse)), AssetState::Retired);
    assert_eq!(state(Some(Keep), true, Some(Lapse)), AssetState::Registered);
    assert_eq!(state(Some(Retire), false, None), AssetState::Retired);
    assert_eq!(state(Some(Retire), true, None), AssetState::Retired, "out until decided otherwise");
    assert_eq!(state(Some(Retire), true, Some(Uphold)), AssetState::Retired);
    assert_eq!(state(Some(Retire), true, Some(Reverse)), AssetState::Registered);
    assert_eq!(state(Some(Retire), true, Some(Lapse)), AssetState::Registered, "a takedown that nobody reviews in time ends");
    let two = vec![dispute(Some(Keep), false, None), dispute(None, false, None)];
    assert_eq!(asset(two).state(), AssetState::Disputed);
}

#[test]
fn an_offer_ends_with_its_time_and_while_the_asset_is_frozen() {
    assert!(asset(vec![]).open_offer(Timestamp(9)).is_some());
    assert!(asset(vec![]).open_offer(Timestamp(10)).is_none());
    assert!(asset(vec![dispute(None, false, None)]).open_offer(Timestamp(9)).is_none());
}

type Change = fn(&mut NewAsset);

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    assert_eq!(new().checked().unwrap().title, "เจดีย์");
    let wrong: [(&str, Change); 10] = [
        ("/sha256", |asset| asset.sha256 = "A".repeat(64)),
        ("/sha256", |asset| asset.sha256.push('0')),
        ("/media_type", |asset| asset.media_type = "Image/PNG".into()),
        ("/size", |asset| asset.size = 0),
        ("/title", |asset| asset.title = "  ".into()),
        ("/maker", |asset| asset.maker = "a\nb".into()),
        ("/licence/spdx", |asset| asset.licence = Licence::spdx("unknown")),
        ("/provenance/captured", |asset| asset.provenance.captured = Some("2023-02-29".into())),
        ("/provenance/source", |asset| asset.provenance.source = String::new()),
        ("/provenance/source", |asset| asset.provenance.source = "javascript://x y".into()),
    ];
    for (place, change) in wrong {
        let mut asset = new();
        change(&mut asset);
        let problem = asset.checked().unwrap_err();
        assert_eq!(problem.errors[0].pointer, place);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_checks_panic(text in ".{0,80}") {
        let _ = is_date(&text);
        let _ = is_media_type(&text);
        let _ = is_address(&text);
        let _ = Licence { spdx: Some(text.clone()), text: Some(text.clone()), url: Some(text) }.check();
    }
}
