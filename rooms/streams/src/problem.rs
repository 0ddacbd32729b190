//! The refusals that only this room makes. What core has a code for is refused with core's.

use sala_core::problem::Code;

/// The key of a feed is missing or wrong, and no officer of its office is signed in.
pub const FEED_KEY: Code = Code {
    code: "feed_key_wrong",
    status: 403,
    th: "ไม่มีสิทธิส่งข้อมูลเข้าแหล่งข้อมูลนี้",
    en: "You may not post to this feed",
    help_th: "ส่งรหัสของแหล่งข้อมูลในส่วนหัว x-sala-feed-key หรือเข้าสู่ระบบเป็นเจ้าหน้าที่ของหน่วยงานที่รับผิดชอบ",
    help_en: "Send the feed's key in the header x-sala-feed-key, or sign in as an officer of the office that answers for the feed.",
};

/// More values than one answer may read.
pub const RANGE_TOO_LONG: Code = Code {
    code: "range_too_long",
    status: 422,
    th: "ช่วงเวลาที่ขอยาวเกินไป",
    en: "The range asked for is too long",
    help_th: "ขอช่วงเวลาที่สั้นลง หรือดาวน์โหลดข้อมูลทีละช่วง",
    help_en: "Ask for a shorter range, or load it in several parts.",
};

/// All of them.
pub const PROBLEMS: &[&Code] = &[&FEED_KEY, &RANGE_TOO_LONG];
