//! What this room does, as the public record calls it.

use sala_core::act::ActKind;

sala_core::act_kinds! { "measures":
    /// A measure comes into force.
    ACTIVATE = "measure.activate", "เริ่มใช้มาตรการ", "A measure came into force",
        "มาตรการฉบับแรกมีผลบังคับ เนื้อหาทั้งหมดถูกบันทึกพร้อมค่าแฮช",
        "The first version of a measure came into force. Its whole content is recorded with its hash.";
    /// A new version of a measure comes into force.
    CHANGE = "measure.change", "แก้ไขมาตรการ", "A measure was changed",
        "มาตรการฉบับใหม่มีผลแทนฉบับเดิม ฉบับเดิมยังอ่านได้และใช้ตรวจการทำงานในอดีต",
        "A new version of a measure replaced the one before, which stays readable and is used to check earlier runs.";
    /// An officer stops a measure.
    STOP = "measure.stop", "หยุดมาตรการ", "A measure was stopped",
        "เจ้าหน้าที่หยุดมาตรการ ตั้งแต่นี้ระบบไม่ปรับค่าใดด้วยมาตรการนี้ จนกว่าจะเปิดใช้อีกครั้ง ค่าที่ปรับไปแล้วคงอยู่จนกว่าเจ้าหน้าที่จะย้อน",
        "An officer stopped a measure. It moves nothing any more until it is resumed; what it has moved stays until an officer undoes it.";
    /// An officer lets a measure go on.
    RESUME = "measure.resume", "เปิดใช้มาตรการอีกครั้ง", "A measure was resumed",
        "เจ้าหน้าที่เปิดใช้มาตรการที่เคยหยุดไว้", "An officer let a stopped measure go on.";
    /// A measure ends.
    END = "measure.end", "มาตรการสิ้นสุด", "A measure ended",
        "มาตรการถึงวันสิ้นสุดหรือถูกถอนออกจากโพรไฟล์ ค่าที่มาตรการปรับไว้และยังไม่มีผู้ใดปรับต่อถูกคืน",
        "A measure reached its sunset or was taken out of the profile. What it had moved and no one has moved since was set back.";
    /// A measure fires.
    FIRE = "run.fire", "มาตรการทำงาน", "A measure fired",
        "ข้อมูลเข้าเงื่อนไขของมาตรการ มาตรการอัตโนมัติปรับค่าในการกระทำเดียวกันนี้ มาตรการที่ต้องอนุมัติเสนอเจ้าหน้าที่ มาตรการแนะนำประกาศคำแนะนำ ข้อมูลที่ใช้ตัดสินใจเปิดให้ตรวจและคำนวณซ้ำได้",
        "The data met the condition of a measure. An automatic measure moved its lever in this same act, an approve-mode one laid a proposal before an officer, an advising one published its advice. The inputs are open, and the decision can be recomputed.";
    /// A measure fires and a guardrail blocks it.
    BLOCK = "run.block", "มาตรการถูกกั้น", "A guardrail blocked a measure",
        "ข้อมูลเข้าเงื่อนไขของมาตรการ แต่ข้อจำกัดข้อหนึ่งกั้นไว้ จึงไม่มีการปรับค่า เหตุผลถูกบันทึก",
        "The data met the condition of a measure, but a guardrail blocked it, so nothing was moved. The reason is recorded.";
    /// An officer approves a proposal.
    APPROVE = "run.approve", "อนุมัติข้อเสนอ", "A proposal was approved",
        "เจ้าหน้าที่อนุมัติข้อเสนอของมาตรการ และค่าถูกปรับในการกระทำเดียวกันนี้",
        "An officer approved what a measure proposed, and the lever was moved in this same act.";
    /// An officer refuses a proposal.
    REFUSE = "run.refuse", "ไม่อนุมัติข้อเสนอ", "A proposal was refused",
        "เจ้าหน้าที่ไม่อนุมัติข้อเสนอของมาตรการ พร้อมเหตุผล", "An officer refused what a measure proposed, with a reason.";
    /// A proposal lapses.
    EXPIRE = "run.expire", "ข้อเสนอหมดอายุ", "A proposal lapsed",
        "ไม่มีเจ้าหน้าที่ตอบข้อเสนอภายในเวลา หรือเหตุของข้อเสนอหมดไปก่อน", "No officer answered a proposal in time, or its ground was gone before.";
    /// A trigger lets go and the lever is set back.
    RELEASE = "run.release", "คืนค่าเดิม", "A lever was set back",
        "ข้อมูลพ้นเงื่อนไขของมาตรการแล้ว ค่าที่ปรับไว้จึงถูกคืนเป็นค่าก่อนหน้า",
        "The data no longer meet the condition of a measure, so the lever was set back to where it stood before.";
    /// The effect of a run is found.
    EVALUATE = "run.evaluate", "วัดผลมาตรการ", "The effect of a run was measured",
        "วัดผลด้วยตัวชี้วัดที่มาตรการกำหนดไว้ล่วงหน้า พร้อมช่วงความเชื่อมั่นร้อยละ 95 และเผยแพร่ไม่ว่าผลจะดีหรือไม่",
        "The effect was measured by the metric that the measure had named beforehand, with a 95 % interval, and published whether good or bad.";
    /// An officer takes the last move of a lever back.
    UNDO = "lever.undo", "ย้อนการปรับค่า", "A move was undone",
        "เจ้าหน้าที่ย้อนการปรับค่าครั้งล่าสุด", "An officer took the last move of a lever back.";
}

/// The acts of an algorithm: those that can be recomputed from what they recorded.
pub const REPLAYABLE: &[&ActKind] = &[&FIRE, &BLOCK, &EVALUATE];
