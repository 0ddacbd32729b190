//! What this room does, as the public record calls it.

sala_core::act_kinds! { "meetings":
    /// A meeting is convened.
    CONVENE = "meeting.convene", "นัดประชุม", "A meeting was convened",
        "เจ้าหน้าที่ผู้มีบทบาทอำนวยการประชุมนัดประชุม พร้อมระเบียบวาระและร่างตั้งต้น", "An officer who may convene announced a meeting with its agenda and a first draft.";
    /// It begins.
    OPEN = "meeting.open", "เปิดประชุม", "A meeting was opened",
        "ประธานเปิดประชุม จากนี้ผู้ร่วมประชุมเขียนร่าง ขอพูด และเสนอแก้ไขได้", "The chair opened the meeting: from now on those who take part write the draft, ask to speak and propose.";
    /// It ends.
    CLOSE = "meeting.close", "ปิดประชุม", "A meeting was closed",
        "ประธานปิดประชุม รายงานการประชุมเป็นที่ยุติ การกระทำนี้ผูกค่าแฮชของรายงานไว้", "The chair closed the meeting. The minutes are final, and this act holds their hash.";
    /// The chair passes on.
    HAND_OVER = "meeting.chair", "ส่งต่อหน้าที่ประธาน", "The chair was handed over",
        "ประธานส่งต่อหน้าที่ให้ผู้ร่วมประชุมอีกคน", "The chair of a meeting was handed to someone who takes part.";
    /// An item of the agenda begins.
    BEGIN_ITEM = "meeting.agenda", "เริ่มวาระ", "An item of the agenda began",
        "ประธานเริ่มวาระถัดไป วาระก่อนหน้าเสร็จสิ้น", "The chair began an item of the agenda; the one before is done.";
    /// Something is said and kept.
    SAY = "meeting.say", "กล่าวในที่ประชุม", "Something was said in a meeting",
        "ผู้ร่วมประชุมกล่าวข้อความในการประชุมที่แจ้งไว้ว่าเก็บถ้อยคำ ข้อความอยู่ในรายงานการประชุม", "Someone said something in a meeting that was announced to keep what is said. It stands in the minutes.";
    /// Someone asks to speak.
    ASK_FLOOR = "floor.ask", "ขอพูด", "Someone asked to speak",
        "ผู้ร่วมประชุมเข้าคิวขอพูด ผู้ที่ยังไม่ได้พูดมาก่อนผู้ที่พูดแล้ว", "Someone joined the queue of speakers. Who has not spoken yet comes before who has.";
    /// Someone leaves the queue.
    LEAVE_QUEUE = "floor.leave", "ออกจากคิวพูด", "Someone left the queue of speakers",
        "ผู้ร่วมประชุมออกจากคิวขอพูด", "Someone who had asked to speak does not any more.";
    /// The floor is given.
    GIVE_FLOOR = "floor.give", "ให้พูด", "The floor was given",
        "ประธานให้ผู้ที่อยู่ในคิวขึ้นพูด", "The chair gave the floor to someone in the queue.";
    /// The floor is free again.
    END_FLOOR = "floor.end", "จบการพูด", "A speech ended",
        "ผู้พูดหรือประธานจบการพูด", "The speaker or the chair ended a speech.";
    /// A poll begins.
    OPEN_POLL = "poll.open", "เปิดให้ยืนบอกความเห็น", "A poll was opened",
        "ประธานถามคำถามที่ผู้ร่วมประชุมตอบด้วยการยืนบนเส้น ไม่บันทึกว่าใครยืนตรงไหน", "The chair asked a question that is answered by where one stands on a line. Who stands where is not kept.";
    /// A poll ends.
    CLOSE_POLL = "poll.close", "ปิดการยืนบอกความเห็น", "A poll was closed",
        "ประธานปิดคำถาม เก็บเฉพาะจำนวนในสิบช่องและค่าเฉลี่ย", "The chair closed a question. Kept are the numbers in ten bins and the mean only.";
    /// An amendment.
    PROPOSE = "amendment.propose", "เสนอแก้ไขร่าง", "An amendment was proposed",
        "ผู้ร่วมประชุมเสนอแก้ไขข้อหนึ่งของร่าง โดยลงนามรับผิดชอบ", "Someone proposed to change a clause of the draft and answers for it with their signature.";
    /// Taken back.
    WITHDRAW = "amendment.withdraw", "ถอนคำขอแก้ไข", "An amendment was withdrawn",
        "ผู้เสนอถอนคำขอแก้ไขร่าง", "Whoever proposed an amendment took it back.";
    /// Decided.
    DECIDE_AMENDMENT = "amendment.decide", "ตัดสินคำขอแก้ไข", "An amendment was decided",
        "ประธานบันทึกผลของคำขอแก้ไขพร้อมจำนวนเสียง ถ้ารับ ร่างเปลี่ยนในธุรกรรมเดียวกัน", "The chair recorded the outcome of an amendment with its counts. If it was accepted, the draft changed in the same transaction.";
    /// A decision.
    DECIDE = "meeting.decide", "มติที่ประชุม", "A meeting decided",
        "ประธานบันทึกมติของที่ประชุมและวิธีที่ได้มา", "The chair recorded what the meeting decided and how.";
    /// A dissent.
    DISSENT = "meeting.dissent", "บันทึกความเห็นแย้ง", "A dissent was recorded",
        "ผู้ร่วมประชุมบันทึกความเห็นแย้งต่อมติในชื่อของตน", "Someone who takes part put their dissent beside a decision, under their name.";
    /// The draft changes.
    CHANGE_DRAFT = "draft.change", "เปลี่ยนร่าง", "The draft of a meeting changed",
        "การแก้ไขร่างร่วมกันภายในราวหนึ่งวินาทีถูกบันทึกเป็นรุ่นใหม่ พร้อมค่าผูกพันของเนื้อหาและผู้เขียน", "What was written together within about a second was kept as a new version, with a commitment to its bytes and to who wrote.";
}
