//! What this room does, as the public record calls it.

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
}
