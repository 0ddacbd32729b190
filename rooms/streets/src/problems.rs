//! The refusals that a caller of this room would act on differently.

sala_core::problem_codes! { pub(crate),
    /// No simulator on the hall's machine.
    SIMULATOR_MISSING = 503 "simulator_missing", "ศาลานี้ยังไม่มีโปรแกรมจำลองการจราจร", "This hall has no traffic simulator",
        "ผู้ดูแลติดตั้ง SUMO ได้ด้วยคำสั่ง pip install eclipse-sumo==1.28.0 แล้วเปิดศาลาใหม่ ดู docs/operate.md",
        "The operator can install SUMO with pip install eclipse-sumo==1.28.0 and start the hall again; see docs/operate.md.";
    /// The change names what the street does not have, or a value that can't be.
    CHANGE_INVALID = 422 "street_change_invalid", "การเปลี่ยนแปลงที่เสนอไม่เข้ากับถนนสายนี้", "The change does not fit the street",
        "แก้ไขตามตำแหน่งที่ระบุ ไม่มีการจำลองใดเริ่มขึ้น",
        "Correct it at the places named. Nothing was simulated.";
    /// Enough is waiting already.
    IMPACT_QUEUE_FULL = 429 "impact_queue_full", "มีการจำลองที่รออยู่เต็มแล้ว", "Enough simulations are waiting already",
        "รอให้การจำลองของคุณเสร็จ หรือหยุดเรื่องที่ไม่ต้องการแล้ว จึงขอใหม่",
        "Wait for your own simulation, or stop one that you no longer need, then ask again.";
    /// It is over.
    IMPACT_OVER = 409 "impact_over", "การจำลองนี้สิ้นสุดแล้ว", "This simulation is over",
        "โหลดสถานะล่าสุดเพื่อดูผล", "Load the newest state to see its result.";
}
