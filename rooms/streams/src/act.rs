//! The acts of this room.

use sala_core::act::ActKind;

/// A batch of observations was taken.
pub const APPEND: ActKind = ActKind {
    kind: "observation.append",
    room: "streams",
    th: "รับข้อมูลสังเกตการณ์",
    en: "Observations taken in",
    meaning_th: "ศาลารับข้อมูลชุดหนึ่งจากแหล่งข้อมูลที่ประกาศไว้ จำนวนที่รับ ซ้ำ ช้า และปฏิเสธ รวมทั้งค่าแฮชของข้อมูล เปิดเผยต่อทุกคน",
    meaning_en: "The hall took in a batch from a declared feed. How many observations were taken, known already, late and refused, and the hash of the data, are open to all.",
};

/// Something unusual was found in a series.
pub const RAISE: ActKind = ActKind {
    kind: "insight.raise",
    room: "streams",
    th: "แจ้งข้อสังเกต",
    en: "Insight raised",
    meaning_th: "ระบบพบว่าค่าของอนุกรมหนึ่งต่างจากปกติ พร้อมค่าที่คาดไว้และอัตราเตือนผิดในอดีต",
    meaning_en: "The hall found a series to be unlike its usual values; what was expected and how often this alarm was false in the past are stated.",
};

/// Days of history went into the lake.
pub const ROLL: ActKind = ActKind {
    kind: "lake.roll",
    room: "streams",
    th: "จัดเก็บประวัติเป็นไฟล์",
    en: "History filed",
    meaning_th: "ศาลาเขียนข้อมูลสังเกตการณ์ของวันที่ปิดแล้วเป็นไฟล์ Parquet หรือเขียนใหม่เพราะมีค่าที่มาภายหลัง ชื่อไฟล์ จำนวนค่า และค่าแฮชเปิดเผยต่อทุกคน",
    meaning_en: "The hall wrote the observations of days that are over to Parquet files, or wrote them again because later values had come. File names, numbers of values and hashes are open to all.",
};

/// All of them.
pub const ACTS: &[&ActKind] = &[&APPEND, &RAISE, &ROLL];
