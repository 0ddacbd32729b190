//! The refusals that a caller of this room would act on differently.

sala_core::problem_codes! { pub(crate),
    /// The proposal has been answered, or was never one.
    RUN_NOT_PROPOSED = 409 "run_not_proposed", "ไม่มีข้อเสนอที่รอคำตอบในการทำงานครั้งนี้", "This run has no proposal that waits for an answer",
        "โหลดสถานะล่าสุด ข้อเสนออาจได้รับคำตอบแล้ว",
        "Load the newest state: the proposal may have been answered already.";
    /// The time to answer is over.
    PROPOSAL_LAPSED = 409 "proposal_lapsed", "ข้อเสนอหมดอายุแล้ว", "The proposal has lapsed",
        "มาตรการจะเสนอใหม่เมื่อข้อมูลเข้าเงื่อนไขอีกครั้ง",
        "The measure will propose again when the data meet its condition again.";
    /// The measure is not in the state that the command needs.
    MEASURE_STANDING = 409 "measure_standing", "สถานะของมาตรการไม่อนุญาตให้ทำเรื่องนี้", "The measure does not stand where this can be done",
        "โหลดสถานะล่าสุดของมาตรการ แล้วตัดสินใจอีกครั้ง",
        "Load the newest state of the measure and decide again.";
    /// The act was not decided by an algorithm.
    NOT_REPLAYABLE = 409 "not_replayable", "การกระทำนี้ไม่ใช่การตัดสินใจอัตโนมัติ", "This act is no automated decision",
        "คำนวณซ้ำได้เฉพาะการตัดสินใจของมาตรการ (run.fire, run.block) การวัดผล (run.evaluate) และการควบคุมสัญญาณไฟ (signals.decide)",
        "Only decisions of measures (run.fire, run.block), effects (run.evaluate) and signal control (signals.decide) can be recomputed.";
}
