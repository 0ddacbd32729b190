//! What this room does, as the public record calls it.

use sala_core::act::ActKind;

/// What a replay can recompute.
pub const REPLAYABLE: &[&ActKind] = &[&ANSWER_FLOOD];

sala_core::act_kinds! { "city":
    /// Someone pins something to a place.
    PLACE_PIN = "pin.place", "ปักหมุดความเห็น", "A pin was placed",
        "อวตารปักหมุดบอกความคิด ข้อกังวล ข้อเท็จจริง หรือสิ่งที่ดี ณ ที่หนึ่งของย่าน ถ้อยคำอยู่ในหมุดซึ่งถอนได้ บันทึกมีเพียงรหัสและชนิด",
        "A persona pinned an idea, a concern, a fact or praise to a place of a district. The words stand in the pin and can be taken back; the record has its id and kind only.";
    /// Its author takes it back.
    WITHDRAW_PIN = "pin.withdraw", "ถอนหมุดความเห็น", "A pin was withdrawn",
        "ผู้ปักถอนหมุด ถ้อยคำในหมุดถูกลบ", "Its author took a pin back; its words are gone.";
    /// Someone supports it.
    SUPPORT_PIN = "pin.support", "สนับสนุนหมุดความเห็น", "A pin was supported",
        "อวตารหนึ่งสนับสนุนหมุดนี้ แต่ละอวตารสนับสนุนได้ครั้งเดียว", "A persona supported a pin; each may once.";
    /// Someone takes support back.
    UNSUPPORT_PIN = "pin.unsupport", "เลิกสนับสนุนหมุดความเห็น", "Support of a pin was taken back",
        "อวตารที่เคยสนับสนุนหมุดนี้เลิกสนับสนุน", "A persona that had supported a pin took that back.";
    /// An officer hides it.
    HIDE_PIN = "pin.hide", "ซ่อนหมุดความเห็น", "A pin was hidden",
        "เจ้าหน้าที่ซ่อนถ้อยคำของหมุดที่ฝ่าฝืนข้อปฏิบัติ ตำแหน่งของหมุด ข้อที่ฝ่าฝืน และเหตุผลยังเปิดเผย",
        "An officer hid the words of a pin that break the code of conduct. Its place, the rule and the reason stay open.";
    /// Someone writes a paper.
    WRITE_PAPER = "paper.write", "เขียนเอกสารประกอบข้อเสนอ", "A paper was written",
        "อวตารรวบรวมผลจำลอง หมุดความเห็น และเหตุผลเป็นเอกสาร ตัวเลขทุกตัวมาจากการกระทำที่อ้างถึง",
        "A persona gathered what-ifs, pins and reasons in a paper. Every figure comes from the acts that it names.";
    /// Someone asks what water would do.
    ASK_FLOOD = "flood.ask", "ขอคำนวณน้ำท่วม", "A flood was asked for",
        "มีผู้ขอให้คำนวณว่าฝนที่ระบุจะท่วมที่ใด ก่อนและหลังมาตรการที่เสนอ คำถามเปิดเผยต่อทุกคน",
        "Someone asked where the stated rain would stand, before and after the proposed measures. The question is open to all.";
    /// The flood is computed.
    ANSWER_FLOOD = "flood.answer", "คำนวณน้ำท่วมเสร็จแล้ว", "A flood was computed",
        "ผลก่อนและหลัง สมดุลน้ำ และค่าแฮชของข้อมูลทั้งหมดที่ใช้ เปิดเผยต่อทุกคน ใครก็คำนวณซ้ำได้และต้องได้ผลเดียวกันทุกไบต์",
        "The result before and after, the balance of water and the hash of all that was used are open to all. Anyone may compute it again and must get the same bytes.";
    /// It could not be computed.
    FAIL_FLOOD = "flood.fail", "คำนวณน้ำท่วมไม่สำเร็จ", "A flood could not be computed",
        "การคำนวณหยุดก่อนเสร็จ เหตุผลเปิดเผยต่อทุกคน", "The computation ended before it was done. The reason is open to all.";
    /// Whoever asked stops it.
    STOP_FLOOD = "flood.stop", "หยุดการคำนวณน้ำท่วม", "The computation of a flood was stopped",
        "ผู้ขอหยุดการคำนวณก่อนเสร็จ", "Whoever had asked stopped the computation.";
}
