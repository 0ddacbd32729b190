//! A paper for people: Markdown in Thai or English.

use std::fmt::Write;

use sala_core::text::Lang;
use serde_json::Value;

use super::{Evidence, Paper};
use crate::pin::PinKind;

/// Figures of street changes, in the order in which they are told.
const STREET: [(&str, &str, &str); 5] = [
    ("delay_s", "เวลาที่เสียไปต่อเที่ยว (วินาที)", "Delay of a trip, s"),
    ("waiting_s", "เวลาจอดรอต่อเที่ยว (วินาที)", "Time standing, s"),
    ("duration_s", "เวลาเดินทาง (วินาที)", "Duration of a trip, s"),
    ("arrived", "จำนวนเที่ยวที่ถึงที่หมาย", "Trips arrived"),
    ("co2_kg", "คาร์บอนไดออกไซด์ (กก.)", "CO₂, kg"),
];
/// Figures of floods.
const FLOOD: [(&str, &str, &str); 5] = [
    ("flooded_m2", "พื้นที่น้ำท่วม 5 ซม. ขึ้นไป (ตร.ม.)", "Under 5 cm of water and more, m²"),
    ("deep_m2", "ลึกกว่า 30 ซม. (ตร.ม.)", "Deeper than 30 cm, m²"),
    ("buildings_wet", "อาคารที่น้ำถึงผนัง", "Buildings with water at the wall"),
    ("greatest_m", "ลึกที่สุด (เมตร)", "Greatest depth, m"),
    ("volume_m3", "น้ำขัง (ลบ.ม.)", "Water standing, m³"),
];

/// The paper in Markdown. `city`: the title of its district.
pub(crate) fn markdown(paper: &Paper, city: &str, lang: Lang) -> String {
    let say = |th: &'static str, en: &'static str| match lang {
        Lang::Th => th,
        Lang::En => en,
    };
    let mut text = String::new();
    let day = paper.written_at.to_string();
    let day = day.split('T').next().unwrap_or_default();
    put(&mut text, format_args!("# {}\n\n{} · {} · {day}\n\n", line(&paper.title), line(city), paper.by));
    if !paper.text.is_empty() {
        put(&mut text, format_args!("{}\n\n", paper.text));
    }
    let parts = [(&paper.impacts, say("การเปลี่ยนแปลงถนน", "Street changes"), &STREET), (&paper.floods, say("น้ำท่วม", "Storms"), &FLOOD)];
    for (list, title, figures) in parts {
        if list.is_empty() {
            continue;
        }
        put(&mut text, format_args!("## {title}\n\n"));
        for evidence in list {
            let name = line(&evidence.title);
            put(&mut text, format_args!("### {}\n\n", if name.is_empty() { &evidence.id } else { &name }));
            table(&mut text, evidence, figures, lang);
            put(&mut text, format_args!("{}: {}\n\n", say("การกระทำที่เป็นหลักฐาน", "Acts behind it"), evidence.acts.join(", ")));
        }
    }
    if !paper.pins.is_empty() {
        put(&mut text, format_args!("## {}\n\n", say("ความเห็นตามที่", "What people say of places")));
        for pin in &paper.pins {
            let kind = match pin.kind {
                PinKind::Idea => say("ข้อคิด", "Idea"),
                PinKind::Concern => say("ข้อกังวล", "Concern"),
                PinKind::Fact => say("ข้อเท็จจริง", "Fact"),
                PinKind::Praise => say("คำชม", "Praise"),
            };
            let [x, z] = pin.at;
            let support = say("ผู้สนับสนุน", "supported by");
            put(&mut text, format_args!("- **{kind}** ({x:.0}, {z:.0} m): {} — {} · {support} {}\n", line(&pin.text), pin.by, pin.support));
        }
        text.push('\n');
    }
    put(&mut text, format_args!("## {}\n\n", say("หลักฐาน", "Evidence")));
    for act in &paper.acts {
        put(&mut text, format_args!("- {act}\n"));
    }
    text
}

/// Words of people on one line, so that they can't make headings or tables.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").trim_start_matches(['#', '-', '>']).trim_start().to_owned()
}

fn table(text: &mut String, evidence: &Evidence, figures: &[(&str, &str, &str)], lang: Lang) {
    let heads = match lang {
        Lang::Th => "| | ก่อน | หลัง | ความต่าง (ช่วง 95%) |",
        Lang::En => "| | Before | After | Difference (95 % interval) |",
    };
    put(text, format_args!("{heads}\n|---|---:|---:|---:|\n"));
    for (key, th, en) in figures {
        let Some([before, after, difference, low, high]) = figure(evidence, key) else { continue };
        let name = if lang == Lang::Th { th } else { en };
        let span = match (low, high) {
            (Some(low), Some(high)) => format!(" ({} … {})", amount(low), amount(high)),
            _ => String::new(),
        };
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), amount);
        put(text, format_args!("| {name} | {} | {} | {}{span} |\n", number(before), number(after), number(difference)));
    }
    text.push('\n');
}

/// A figure before and after, its difference and the interval: of streets as a difference of its own, of floods on two sides.
fn figure(evidence: &Evidence, key: &str) -> Option<[Option<f64>; 5]> {
    let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_f64);
    for value in evidence.figures.values() {
        if let Some(own) = value.get(key).filter(|own| own.is_object()) {
            return Some(["before", "after", "difference", "low", "high"].map(|name| number(own, name)));
        }
        if let (Some(before), Some(after)) = (value.get("before"), value.get("after"))
            && let (Some(before), Some(after)) = (number(before, key), number(after, key))
        {
            return Some([Some(before), Some(after), Some(after - before), None, None]);
        }
    }
    None
}

fn amount(value: f64) -> String {
    if value.abs() >= 100.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// Writing into a string does not fail.
fn put(text: &mut String, words: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(words);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sala_core::time::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::paper::Quoted;

    fn paper() -> Paper {
        let figures = json!({ "delay_s": { "before": 100.25, "after": 90.5, "difference": -9.75, "low": -12.0, "high": -7.5 } });
        let flood = json!({ "before": { "flooded_m2": 2000.0 }, "after": { "flooded_m2": 1500.0 } });
        let evidence = |id: &str, figures: Value| Evidence {
            id: id.into(),
            title: "# A wall | of words\n# not a heading".into(),
            facts: BTreeMap::new(),
            figures: BTreeMap::from([("difference".to_owned(), figures)]),
            acts: vec!["act_1".into(), "act_2".into()],
        };
        Paper {
            id: "paper_1".into(),
            city: "acosta".into(),
            title: "Keep the market dry".into(),
            text: "A wall.".into(),
            impacts: vec![evidence("impact_1", figures)],
            floods: vec![evidence("flood_1", flood)],
            pins: vec![Quoted {
                id: "pin_1".into(),
                kind: PinKind::Concern,
                at: [10.0, 20.0],
                object: None,
                text: "## Wet\nfeet".into(),
                by: "persona_1".into(),
                support: 3,
                act: "act_3".into(),
            }],
            by: "persona_2".into(),
            written_at: Timestamp::from_seconds(1_800_000_000),
            acts: vec!["act_1".into(), "act_4".into()],
        }
    }

    #[test]
    fn a_paper_tells_figures_with_their_intervals_and_the_acts_behind_them_in_both_languages() {
        let english = markdown(&paper(), "Acosta", Lang::En);
        assert!(english.starts_with("# Keep the market dry\n\nAcosta · persona_2 · 2027-01-15\n"), "{english}");
        assert!(english.contains("| Delay of a trip, s | 100 | 90.50 | -9.75 (-12 … -7.50) |"), "{english}");
        assert!(english.contains("| Under 5 cm of water and more, m² | 2000 | 1500 | -500 |"), "{english}");
        assert!(english.contains("- **Concern** (10, 20 m): Wet feet — persona_1 · supported by 3"), "{english}");
        assert!(english.contains("Acts behind it: act_1, act_2") && english.ends_with("- act_1\n- act_4\n"), "{english}");
        let thai = markdown(&paper(), "ย่าน", Lang::Th);
        assert!(thai.contains("| ก่อน | หลัง |") && thai.contains("**ข้อกังวล**"), "{thai}");
    }

    #[test]
    fn words_of_people_make_no_headings_of_their_own() {
        let text = markdown(&paper(), "Acosta", Lang::En);
        assert!(!text.contains("\n# not") && !text.contains("## Wet"), "{text}");
    }
}
