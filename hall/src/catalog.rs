//! What all rooms together declare: tables, kinds of acts, problems. Guard tests walk these lists.

use sala_core::{act::ActKind, fixture::FixtureKind, problem::Code, store::Schema};

/// The tables of all rooms, in the order in which they are migrated.
pub const SCHEMAS: &[&Schema] = &[
    &sala_core::lever::SCHEMA,
    &sala_people::SCHEMA,
    &sala_streams::SCHEMA,
    &sala_measures::SCHEMA,
    &sala_streets::SCHEMA,
    &sala_world::SCHEMA,
    &sala_meetings::SCHEMA,
    &sala_city::SCHEMA,
];

/// The policy asks for no witness: a head that no one else has seen proves nothing, so it is not published (invariant 3).
pub const UNWITNESSED: Code = Code {
    code: "no_witness_named",
    status: 503,
    th: "นโยบายของบันทึกยังไม่ได้ระบุพยาน",
    en: "The policy of the log names no witness",
    help_th: "เพิ่มพยานภายนอกในไฟล์ DATA/policy (บรรทัด witness และ quorum) แล้วเปิดศาลาอีกครั้ง ดู docs/operate.md",
    help_en: "Name outside witnesses in the file DATA/policy (witness and quorum lines), then serve again; see docs/operate.md.",
};

/// The fixtures of a space that the hall itself opens.
pub fn fixtures() -> Vec<FixtureKind> {
    let operations = &["list_acts", "get_act", "get_act_proof", "get_log"];
    vec![FixtureKind::page("record", "ตู้บันทึกสาธารณะ", "Public record and its verification", operations, "/record")]
}

/// Every kind of act.
pub fn acts() -> Vec<&'static ActKind> {
    [sala_people::ACTS, sala_streams::ACTS, sala_measures::ACTS, sala_streets::ACTS, sala_world::ACTS, sala_meetings::ACTS, sala_city::ACTS]
        .concat()
}

/// Every problem code.
pub fn problems() -> Vec<&'static Code> {
    let own: &[&Code] = &[&sala_core::profile::PROFILE_INVALID, &sala_core::store::ERASED, &UNWITNESSED];
    [
        sala_core::problem::PROBLEMS,
        own,
        sala_core::lever::PROBLEMS,
        sala_people::PROBLEMS,
        sala_streams::PROBLEMS,
        sala_measures::PROBLEMS,
        sala_streets::PROBLEMS,
        sala_world::PROBLEMS,
        sala_meetings::PROBLEMS,
        sala_city::PROBLEMS,
    ]
    .concat()
}
