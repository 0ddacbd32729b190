//! The extension `VRMC_vrm` 1.0: bones, expressions, gaze, first person, licence.

use serde::Serialize;

use crate::skeleton::Joint;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Vrm {
    spec_version: &'static str,
    meta: Meta,
    humanoid: Humanoid,
    expressions: Expressions,
    look_at: LookAt,
    first_person: FirstPerson,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    name: String,
    version: &'static str,
    authors: [&'static str; 1],
    license_url: &'static str,
    avatar_permission: &'static str,
    allow_excessively_violent_usage: bool,
    allow_excessively_sexual_usage: bool,
    commercial_usage: &'static str,
    allow_political_or_religious_usage: bool,
    allow_antisocial_or_hate_usage: bool,
    credit_notation: &'static str,
    allow_redistribution: bool,
    modification: &'static str,
    other_license_url: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Humanoid {
    human_bones: Bones,
}

#[derive(Serialize)]
struct Bone {
    node: u8,
}

/// In VRM every bone is a field of its own, in any order; here it is the skeleton's.
struct Bones;

impl Serialize for Bones {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            Joint::ALL.iter().filter(|joint| **joint != Joint::Root).map(|joint| (joint.name(), Bone { node: joint.number() })),
        )
    }
}

#[derive(Serialize)]
struct Expressions {
    preset: Presets,
}

#[derive(Serialize)]
struct Presets {
    happy: Expression,
    aa: Expression,
    blink: Expression,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Expression {
    morph_target_binds: [Bind; 1],
    is_binary: bool,
    override_blink: &'static str,
    override_look_at: &'static str,
    override_mouth: &'static str,
}

#[derive(Serialize)]
struct Bind {
    node: u32,
    index: u32,
    weight: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LookAt {
    r#type: &'static str,
    offset_from_head_bone: [f64; 3],
    range_map_horizontal_inner: Range,
    range_map_horizontal_outer: Range,
    range_map_vertical_down: Range,
    range_map_vertical_up: Range,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    input_max_value: f64,
    output_scale: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FirstPerson {
    mesh_annotations: [Annotation; 2],
}

#[derive(Serialize)]
struct Annotation {
    node: u32,
    r#type: &'static str,
}

/// `body` and `head` are the nodes of the two meshes. `name` is the plate's text, if the wearer wants it in the file.
pub(crate) fn describe(body: u32, head: u32, name: Option<&str>) -> Vrm {
    let expression = |index: u32, override_blink: &'static str| Expression {
        morph_target_binds: [Bind { node: head, index, weight: 1.0 }],
        is_binary: false,
        override_blink,
        override_look_at: "none",
        override_mouth: "none",
    };
    let range = |output_scale: f64| Range { input_max_value: 90.0, output_scale };
    Vrm {
        spec_version: "1.0",
        meta: Meta {
            name: name.map_or_else(|| "Sala".to_owned(), plate),
            version: "1",
            authors: ["Sala"],
            license_url: "https://vrm.dev/licenses/1.0/",
            avatar_permission: "everyone",
            // A figure stands for somebody of the hall: these three stay at the standard's own default.
            allow_excessively_violent_usage: false,
            allow_excessively_sexual_usage: false,
            commercial_usage: "corporation",
            allow_political_or_religious_usage: true,
            allow_antisocial_or_hate_usage: false,
            credit_notation: "unnecessary",
            allow_redistribution: true,
            modification: "allowModificationRedistribution",
            other_license_url: "https://creativecommons.org/publicdomain/zero/1.0/",
        },
        humanoid: Humanoid { human_bones: Bones },
        // A smile narrows the eyes already: a blink on top of it closes only what is left.
        expressions: Expressions {
            preset: Presets { happy: expression(1, "blend"), aa: expression(2, "none"), blink: expression(0, "none") },
        },
        look_at: LookAt {
            r#type: "bone",
            offset_from_head_bone: [0.0, 0.095, 0.1],
            range_map_horizontal_inner: range(5.0),
            range_map_horizontal_outer: range(5.0),
            range_map_vertical_down: range(4.0),
            range_map_vertical_up: range(3.5),
        },
        first_person: FirstPerson {
            mesh_annotations: [Annotation { node: body, r#type: "both" }, Annotation { node: head, r#type: "thirdPersonOnly" }],
        },
    }
}

/// A name as it may stand in a file: one line of at most 64 characters, without control characters.
fn plate(name: &str) -> String {
    let line: String = name.chars().filter(|each| !each.is_control()).take(64).collect();
    let line = line.trim();
    if line.is_empty() { "Sala".to_owned() } else { line.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(plate("  สมศรี\u{7}\n "), "สมศรี");
        assert_eq!(plate(&"ก".repeat(100)).chars().count(), 64);
        assert_eq!(plate("\n"), "Sala");
    }
}
