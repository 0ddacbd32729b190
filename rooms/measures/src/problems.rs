//! The refusals that a caller of this room would act on differently.

use sala_core::problem::Code;

/// The proposal has been answered, or was never one.
pub(crate) const RUN_NOT_PROPOSED: Code = Code {
    code: "run_not_proposed",
    status: 409,
    th: "ไม่มีข้อเสนอที่รอคำตอบในการทำงานครั้งนี้",
    en: "This run has no proposal that waits for an answer",
    help_th: "โหลดสถานะล่าสุด ข้อเสนออาจได้รับคำตอบแล้ว",
    help_en: "Load the newest state: the proposal may have been answered already.",
};

/// The time to answer is over.
pub(crate) const PROPOSAL_LAPSED: Code = Code {
    code: "proposal_lapsed",
    status: 409,
    th: "ข้อเสนอหมดอายุแล้ว",
    en: "The proposal has lapsed",
    help_th: "มาตรการจะเสนอใหม่เมื่อข้อมูลเข้าเงื่อนไขอีกครั้ง",
    help_en: "The measure will propose again when the data meet its condition again.",
};

/// The measure is not in the state that the command needs.
pub(crate) const MEASURE_STANDING: Code = Code {
    code: "measure_standing",
    status: 409,
    th: "สถานะของมาตรการไม่อนุญาตให้ทำเรื่องนี้",
    en: "The measure does not stand where this can be done",
    help_th: "โหลดสถานะล่าสุดของมาตรการ แล้วตัดสินใจอีกครั้ง",
    help_en: "Load the newest state of the measure and decide again.",
};

/// The act was not decided by an algorithm.
pub(crate) const NOT_REPLAYABLE: Code = Code {
    code: "not_replayable",
    status: 409,
    th: "การกระทำนี้ไม่ใช่การตัดสินใจอัตโนมัติ",
    en: "This act is no automated decision",
    help_th: "คำนวณซ้ำได้เฉพาะการตัดสินใจของมาตรการ (run.fire, run.block) และการวัดผล (run.evaluate)",
    help_en: "Only decisions of measures (run.fire, run.block) and effects (run.evaluate) can be recomputed.",
};

/// The refusals of this room.
pub const PROBLEMS: &[&Code] = &[&RUN_NOT_PROPOSED, &PROPOSAL_LAPSED, &MEASURE_STANDING, &NOT_REPLAYABLE];
