//! The refusals that a caller of this room would act on differently.

sala_core::problem_codes! { pub(crate),
    /// No ground to flow over.
    FLOODS_OFF = 409 "floods_not_offered", "ย่านนี้ยังคำนวณน้ำท่วมไม่ได้", "Floods can't be asked for in this district",
        "ผู้ดูแลเพิ่มภูมิประเทศและส่วน flood ใน city.yaml ได้ ดู docs/operate.md",
        "The operator can add terrain and the part `flood` of city.yaml; see docs/operate.md.";
    /// Enough is waiting already.
    FLOOD_QUEUE_FULL = 429 "flood_queue_full", "มีการคำนวณน้ำท่วมที่รออยู่เต็มแล้ว", "Enough floods are waiting already",
        "รอให้การคำนวณของคุณเสร็จ หรือหยุดเรื่องที่ไม่ต้องการแล้ว จึงขอใหม่",
        "Wait for your own computation, or stop it, then ask again.";
    /// It is over.
    FLOOD_OVER = 409 "flood_over", "การคำนวณน้ำท่วมนี้สิ้นสุดแล้ว", "This computation of a flood is over",
        "โหลดสถานะล่าสุดเพื่อดูผล", "Load the newest state to see its result.";
    /// Twenty a day.
    PINS_TODAY = 429 "too_many_pins", "วันนี้คุณปักหมุดครบจำนวนแล้ว", "You have placed as many pins as one may in a day",
        "ลองใหม่พรุ่งนี้ หรือถอนหมุดเก่าที่ไม่ต้องการแล้ว", "Try again tomorrow, or take a pin back that you no longer need.";
    /// An officer hid it.
    PIN_HIDDEN = 409 "pin_hidden", "เจ้าหน้าที่ซ่อนหมุดนี้แล้ว", "An officer has hidden this pin",
        "เหตุผลอยู่ในหมุดและในบันทึกสาธารณะ", "The reason stands with the pin and in the public record.";
}
