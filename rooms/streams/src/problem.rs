//! The refusals that only this room makes. What core has a code for is refused with core's.

sala_core::problem_codes! { pub,
    /// The key of a feed is missing or wrong, and no officer of its office is signed in.
    FEED_KEY = 403 "feed_key_wrong", "ไม่มีสิทธิส่งข้อมูลเข้าแหล่งข้อมูลนี้", "You may not post to this feed",
        "ส่งรหัสของแหล่งข้อมูลในส่วนหัว x-sala-feed-key หรือเข้าสู่ระบบเป็นเจ้าหน้าที่ของหน่วยงานที่รับผิดชอบ",
        "Send the feed's key in the header x-sala-feed-key, or sign in as an officer of the office that answers for the feed.";
    /// More values than one answer may read.
    RANGE_TOO_LONG = 422 "range_too_long", "ช่วงเวลาที่ขอยาวเกินไป", "The range asked for is too long",
        "ขอช่วงเวลาที่สั้นลง หรือดาวน์โหลดข้อมูลทีละช่วง",
        "Ask for a shorter range, or load it in several parts.";
}
