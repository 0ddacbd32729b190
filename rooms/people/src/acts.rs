//! What this room does, as the public record calls it. The record says that a person registered or signed in, never who:
//! sessions are opened and closed under the name `visitor`, so that nobody's habits can be read from the log.

sala_core::act_kinds! { "people":
    /// The room made its lookup key.
    PREPARE = "people.prepare", "เตรียมห้องบุคคล", "The people room was prepared",
        "สร้างกุญแจสำหรับค้นหาโดยไม่เปิดเผยว่าแถวใดเป็นของใคร",
        "The key was made by which rows are found without the tables saying whose they are.";
    /// Someone registered.
    REGISTER = "person.register", "ลงทะเบียนบุคคล", "A person registered",
        "บุคคลหนึ่งลงทะเบียนและได้รับตัวแทน ชื่อและกุญแจถูกปิดผนึกด้วยกุญแจของบุคคลนั้น",
        "A person registered and got a persona. Name and passkey are sealed with that person's key.";
    /// The first administrator registered with the one-time code.
    REGISTER_ADMINISTRATOR = "administrator.register", "ลงทะเบียนผู้ดูแลระบบ", "An administrator registered",
        "บุคคลหนึ่งลงทะเบียนด้วยรหัสใช้ครั้งเดียวที่ผู้ติดตั้งสร้างไว้ และเป็นผู้ดูแลระบบ",
        "A person registered with the one-time code that the operator had made, and became administrator.";
    /// A one-time code for an administrator was made.
    INVITE = "administrator.invite", "สร้างรหัสสำหรับผู้ดูแลระบบ", "A code for an administrator was made",
        "ผู้ติดตั้งสร้างรหัสใช้ครั้งเดียว เก็บไว้เพียงค่าแฮช รหัสเก่าใช้ไม่ได้อีก",
        "The operator made a one-time code; only its hash is kept, and earlier codes no longer work.";
    /// A signed-in person added a passkey.
    ADD_PASSKEY = "passkey.add", "เพิ่มพาสคีย์", "A passkey was added",
        "บุคคลที่เข้าสู่ระบบแล้วเพิ่มพาสคีย์อีกอันหนึ่ง", "A signed-in person added one more passkey.";
    /// Someone signed in.
    OPEN_SESSION = "session.open", "เข้าสู่ระบบ", "Someone signed in",
        "มีผู้เข้าสู่ระบบ บันทึกสาธารณะไม่บอกว่าเป็นใคร", "Someone signed in. The public record does not say who.";
    /// Someone signed out.
    CLOSE_SESSION = "session.close", "ออกจากระบบ", "Someone signed out",
        "มีผู้ออกจากระบบ หรือปิดการเข้าสู่ระบบของตนจากอีกเครื่องหนึ่ง", "Someone signed out, here or of a session elsewhere.";
    /// Sessions that were over were cleared away.
    EXPIRE_SESSIONS = "session.expire", "ล้างการเข้าสู่ระบบที่หมดอายุ", "Sessions that were over were removed",
        "ลบการเข้าสู่ระบบที่หมดอายุแล้ว", "Sessions past their end were removed.";
    /// An officer was appointed, or got other roles.
    APPOINT = "officer.appoint", "แต่งตั้งเจ้าหน้าที่", "An officer was appointed",
        "ผู้ดูแลระบบแต่งตั้งเจ้าหน้าที่ในหน่วยงานพร้อมบทบาท หรือเปลี่ยนบทบาท",
        "An administrator appointed an officer in an office with roles, or changed the roles.";
    /// An officer was dismissed.
    DISMISS = "officer.dismiss", "ให้เจ้าหน้าที่พ้นหน้าที่", "An officer was dismissed",
        "ผู้ดูแลระบบให้เจ้าหน้าที่พ้นจากหน้าที่ การเข้าสู่ระบบในหน้าที่นั้นสิ้นสุดทันที",
        "An administrator ended an appointment; sessions under it end at once.";
}
