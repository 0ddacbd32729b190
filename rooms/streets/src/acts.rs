//! What this room does, as the public record calls it.

use sala_core::act::ActKind;

/// What a replay can recompute.
pub const REPLAYABLE: &[&ActKind] = &[&DECIDE];

sala_core::act_kinds! { "streets":
    /// Someone asks what a change of a street would do.
    ASK = "impact.ask", "ขอจำลองผลของการเปลี่ยนแปลงถนน", "The effect of a street change was asked for",
        "มีผู้ขอให้จำลองว่าการเปลี่ยนแปลงถนนหรือสัญญาณไฟที่เสนอจะมีผลอย่างไร ข้อเสนอการเปลี่ยนแปลงเปิดเผยต่อทุกคน",
        "Someone asked what a proposed change of streets or signals would do. The proposed change is open to all.";
    /// The simulation is done.
    FINISH = "impact.finish", "จำลองผลเสร็จแล้ว", "The effect of a street change was simulated",
        "ผลต่างก่อนและหลัง พร้อมช่วงความเชื่อมั่น รุ่นของโปรแกรมจำลอง และค่าแฮชของแฟ้มทั้งหมดที่ใช้ เปิดเผยต่อทุกคน ใครมีโปรแกรมเดียวกันก็คำนวณซ้ำได้",
        "Differences before and after with their intervals, the simulator's version and the hashes of all files used are open to all: whoever has the same simulator can repeat it.";
    /// The simulation failed.
    FAIL = "impact.fail", "จำลองผลไม่สำเร็จ", "The effect of a street change could not be simulated",
        "การจำลองหยุดก่อนเสร็จ เหตุผลเปิดเผยต่อทุกคน", "The simulation ended before it was done. The reason is open to all.";
    /// Someone stops it.
    STOP = "impact.stop", "หยุดการจำลองผล", "The simulation of a street change was stopped",
        "ผู้ขอหรือเจ้าหน้าที่หยุดการจำลองก่อนเสร็จ", "Whoever had asked, or an officer, stopped the simulation.";
    /// A round of a live street begins.
    BEGIN = "round.begin", "เริ่มรอบของถนนจำลองสด", "A round of a live street began",
        "หนึ่งรอบคือชั่วโมงหนึ่งของถนน บอกไว้ก่อนว่ารอบนี้เป็นคราวของตัวควบคุมแบบปรับตัวหรือแผนคงที่ ใช้เลขสุ่มใดและโปรแกรมจำลองรุ่นใด",
        "A round is an hour of the street. Told beforehand: whether it is the turn of the adaptive controller or of the fixed plan, the seed, and the version of the simulator.";
    /// A round of a live street ends.
    END = "round.end", "จบรอบของถนนจำลองสด", "A round of a live street ended",
        "เวลาที่ผู้เดินทางเสียไป จำนวนรถที่ถึงที่หมาย และกฎความปลอดภัยที่ถูกละเมิดตามการตรวจอิสระ หรือเหตุที่รอบขาดไปกลางคัน",
        "The delay of all who wanted to drive, arrivals, and the safety rules broken by the independent audit; or why the round broke off.";
    /// A minute of signal control.
    DECIDE = "signals.decide", "ตัดสินใจควบคุมสัญญาณไฟหนึ่งนาที", "A minute of signal control was decided",
        "ค่าแฮชของข้อมูลจากเครื่องตรวจจับและของคำสั่งทั้งหกสิบวินาที ใครก็คำนวณซ้ำได้",
        "The hashes of what the sensors gave and of what was decided in its sixty seconds. Anyone may have them computed again.";
    /// The controller is silent.
    FALL_BACK = "signals.fall_back", "สัญญาณไฟกลับไปใช้แผนคงที่เอง", "Signals fell back to the fixed plan",
        "ตัวควบคุมเงียบนานเกินกำหนด สัญญาณไฟจึงกลับไปใช้แผนคงที่โดยอัตโนมัติ",
        "The controller was silent for too long, so the signals went back to their fixed plan by themselves.";
    /// An officer puts the fixed plan in force.
    HOLD = "signals.hold", "เจ้าหน้าที่ใช้แผนสัญญาณไฟคงที่", "An officer put the fixed signal plan in force",
        "เจ้าหน้าที่ให้ใช้แผนคงที่ทันที มาตรการอัตโนมัติปรับไม่ได้จนกว่าจะคืนการควบคุม เหตุผลเปิดเผย",
        "An officer put the fixed plan in force at once. No measure moves the lever until control is given back. The reason is open.";
}
