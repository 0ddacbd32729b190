//! The refusals that a caller of this room would act on differently.

sala_core::problem_codes! { pub,
    /// The meeting is not open.
    NOT_OPEN = 409 "meeting_not_open", "การประชุมนี้ไม่ได้เปิดอยู่", "This meeting is not open",
        "รอให้ประธานเปิดประชุม หรืออ่านรายงานการประชุมหากปิดแล้ว", "Wait until the chair opens it, or read its minutes if it has ended.";
    /// Not the chair.
    NOT_CHAIR = 403 "not_the_chair", "เรื่องนี้ประธานเท่านั้นที่ทำได้", "Only the chair can do this",
        "ขอให้ประธานทำให้ หรือรับหน้าที่ประธานต่อก่อน", "Ask the chair to do it, or to hand the chair to you.";
    /// Nobody of that name takes part.
    NOT_TAKING_PART = 409 "not_taking_part", "ผู้นั้นไม่ได้ร่วมประชุมนี้", "They do not take part in this meeting",
        "เลือกผู้ที่อยู่ในที่ประชุม", "Choose someone who is in the meeting.";
    /// Another meeting is open in the space.
    SPACE_TAKEN = 409 "space_taken", "พื้นที่นี้กำลังมีการประชุมอื่น", "Another meeting is open in this space",
        "ปิดการประชุมนั้นก่อน หรือใช้พื้นที่อื่น", "Close that meeting first, or take another space.";
    /// Already waits or speaks.
    IN_QUEUE = 409 "already_in_queue", "คุณอยู่ในคิวหรือกำลังพูดอยู่แล้ว", "You already wait or speak",
        "รอถึงลำดับของคุณ", "Wait for your turn.";
    /// Nobody waits.
    QUEUE_EMPTY = 409 "queue_empty", "ไม่มีใครรอพูด", "Nobody waits to speak",
        "รอให้มีผู้ขอพูด", "Wait until someone asks to speak.";
    /// One poll at a time.
    POLL_OPEN = 409 "poll_open", "มีคำถามที่เปิดอยู่แล้ว", "A poll is open already",
        "ปิดคำถามนั้นก่อน", "Close that one first.";
    /// The poll is over.
    POLL_CLOSED = 409 "poll_closed", "คำถามนี้ปิดแล้ว", "This poll is closed",
        "ดูผลได้จากรายงานการประชุม", "Its result stands in the minutes.";
    /// The clause has changed since.
    AMENDMENT_OUTDATED = 409 "amendment_outdated", "ข้อนี้เปลี่ยนไปแล้วหลังจากที่เสนอ", "The clause has changed since",
        "เสนอแก้ไขใหม่จากข้อความปัจจุบัน", "Propose again from the clause as it reads now.";
    /// Decided or withdrawn.
    AMENDMENT_OVER = 409 "amendment_over", "คำขอแก้ไขนี้สิ้นสุดแล้ว", "This amendment is decided or withdrawn",
        "โหลดหน้านี้ใหม่เพื่อดูผล", "Load the page again to see the outcome.";
    /// The meeting holds no more of these.
    MEETING_FULL = 409 "meeting_full", "การประชุมนี้รับเพิ่มไม่ได้แล้ว", "This meeting takes no more of these",
        "จบเรื่องที่ค้างอยู่ก่อน หรือนัดประชุมอีกครั้ง", "Settle what is open first, or convene another meeting.";
    /// The draft would break its bounds.
    DRAFT_REFUSED = 400 "draft_refused", "การแก้ไขร่างนี้รับไม่ได้", "This change of the draft is refused",
        "โหลดหน้านี้ใหม่ ร่างในศาลาไม่เปลี่ยน", "Load the page again. The draft in the hall is as it was.";
    /// Readers can't write.
    READ_ONLY = 403 "draft_read_only", "คุณอ่านร่างนี้ได้ แต่เขียนไม่ได้", "You can read this draft, not write it",
        "เข้าสู่ระบบแล้วเข้าร่วมเมื่อการประชุมเปิด", "Sign in and take part once the meeting is open.";
    /// Bytes that are not of the protocol.
    SYNC_INVALID = 400 "sync_frame_invalid", "ข้อมูลที่ส่งไม่ตรงกับรูปแบบการเขียนร่วมกัน", "The frame is not of the sync protocol",
        "โหลดหน้านี้ใหม่เพื่อใช้โปรแกรมรุ่นล่าสุด", "Load the page again to get the newest program.";
    /// Too much at once.
    TOO_MUCH = 429 "meeting_flood", "ส่งข้อมูลถี่เกินไป", "Too much at once",
        "หยุดสักครู่แล้วเข้าร่วมใหม่ งานที่ค้างจะส่งต่อให้เอง", "Pause for a moment and come back; what waits is sent then.";
    /// The line does not keep up.
    LINE_TOO_SLOW = 503 "meeting_line_too_slow", "สัญญาณช้าเกินไปสำหรับการเขียนร่วมกัน", "The connection is too slow to write together",
        "ลองใหม่เมื่อสัญญาณดีขึ้น ระหว่างนี้อ่านร่างจากหน้าเว็บได้", "Try again when it is better. The page shows the draft meanwhile.";
}
