//! A flood computed again from its act, with the files of the profile.

use std::{collections::BTreeMap, sync::Arc};

use sala_core::{
    cbor::Value,
    problem::{DAMAGED, INTERNAL, NOT_FOUND, Problem},
    replay::Replay,
    store::{ActRow, Store},
    text::Text,
};
use serde_json::json;

use super::{
    FloodQuestion,
    answer::{ALGORITHM, compute},
};
use crate::place::Place;

/// Replays the act of an answer, given the districts of the profile by their ids.
///
/// # Errors
/// `not_found` when the act is no answer about a district of this profile.
pub async fn replay_act(store: &Store, places: &BTreeMap<String, Arc<Place>>, act: &ActRow) -> Result<Replay, Problem> {
    let text = |name: &str| match act.leaf.public.get(name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let place = text("city").and_then(|city| places.get(&city)).ok_or_else(|| NOT_FOUND.problem())?;
    let recorded =
        json!({"algorithm": text("algorithm"), "district_sha256": text("district_sha256"), "depths_sha256": text("depths_sha256")});
    let opened = store.opened(act, "question").await?.and_then(|value| value.to_serde::<FloodQuestion>());
    let question = opened.ok_or_else(|| DAMAGED.problem().because("the question of a flood can't be read"))?;
    let told = store.opened(act, "answer").await?.map(|value| value.to_json());
    let district = hex::encode(place.hash);
    if text("district_sha256").as_deref() != Some(district.as_str()) {
        return Ok(Replay {
            agrees: false,
            kind: act.leaf.kind.clone(),
            recorded,
            recomputed: serde_json::Value::Null,
            explanation: Text::new(
                "แฟ้มของย่านนี้เปลี่ยนไปจากที่ใช้คำนวณ จึงคำนวณซ้ำไม่ได้ ต้องใช้โปรไฟล์รุ่นเดิม",
                "The files of the district are others than those of the record: it can be replayed with the profile of that time.",
            ),
        });
    }
    let own = Arc::clone(place);
    let worked = tokio::task::spawn_blocking(move || compute(&own, &question, &mut |_| true)).await;
    let computed = worked
        .map_err(|fault| INTERNAL.problem().because(fault.to_string()))?
        .map_err(|fault| INTERNAL.problem().because(fault.to_string()))?;
    let recomputed = json!({"algorithm": ALGORITHM, "district_sha256": district, "depths_sha256": computed.answer.depths_sha256});
    let agrees = recorded == recomputed && told.as_ref() == Some(&Value::from_serde(&computed.answer).to_json());
    let explanation = if agrees {
        Text::new(
            "คำนวณซ้ำจากคำถามและแฟ้มเดิมแล้ว ได้ความลึกของน้ำตรงกันทุกไบต์",
            "Computed again from the same question and files: all depths are the same, byte for byte.",
        )
    } else {
        Text::new("คำนวณซ้ำแล้วได้ผลต่างจากที่บันทึกไว้", "Computed again, something else came out than what is on the record.")
    };
    Ok(Replay { agrees, kind: act.leaf.kind.clone(), recorded, recomputed, explanation })
}
