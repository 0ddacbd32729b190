//! The refusals that a caller of this room would act on differently.

sala_core::problem_codes! { pub,
    /// All places are taken.
    SPACE_FULL = 503 "space_full", "พื้นที่นี้เต็มแล้ว", "This space is full",
        "รอสักครู่แล้วลองเข้าใหม่ ทุกบริการในพื้นที่นี้เปิดจากหน้าเว็บได้ตลอดเวลา",
        "Try again in a moment. Everything in this space can be opened from its page at any time.";
    /// The space is run elsewhere or has ended.
    SPACE_CLOSED = 503 "space_closed", "พื้นที่นี้ปิดอยู่", "This space is closed just now",
        "ลองใหม่ในอีกสักครู่ ทุกบริการเปิดจากหน้าเว็บได้", "Try again shortly. Every service can be opened from its page.";
    /// The other processes of the hall do not answer.
    CLUSTER_UNREACHABLE = 503 "cluster_unreachable", "ติดต่อส่วนอื่นของศาลาไม่ได้ในขณะนี้", "The other processes of the hall do not answer just now",
        "ระบบจะลองต่อเองในไม่กี่วินาที ระหว่างนี้ทุกบริการเปิดจากหน้าเว็บได้ตามปกติ",
        "It is tried again within seconds. Every service can be opened from its page meanwhile.";
    /// There is no way.
    NO_WAY = 409 "no_way", "เดินไปที่นั่นไม่ได้", "There is no way to that place",
        "เลือกจุดอื่น หรือเดินเอง", "Choose another place, or walk yourself.";
    /// The same persona came in elsewhere.
    ENTERED_ELSEWHERE = 409 "entered_elsewhere", "อวตารนี้เข้าพื้นที่จากที่อื่นแล้ว", "This avatar has entered from elsewhere",
        "ปิดหน้าต่างอื่น หรือเข้าใหม่จากที่นี่", "Close the other window, or enter again from here.";
    /// Too much at once.
    FLOOD = 429 "too_many_messages", "ส่งข้อมูลถี่เกินไป", "Too many messages",
        "หยุดสักครู่ ข้อความที่เกินมาไม่ได้ส่งต่อ หากยังส่งต่อไป การเชื่อมต่อจะถูกปิด",
        "Pause for a moment. What was too much was not passed on; if it goes on, the connection is closed.";
    /// The line does not keep up.
    TOO_SLOW = 503 "line_too_slow", "สัญญาณช้าเกินไป", "The connection is too slow",
        "ใช้หน้าเว็บของพื้นที่นี้แทน หรือลองใหม่เมื่อสัญญาณดีขึ้น", "Use the page of this space instead, or try again when the connection is better.";
    /// Bytes that are not of the protocol.
    FRAME_INVALID = 400 "frame_invalid", "ข้อมูลที่ส่งไม่ตรงกับรูปแบบ", "The frame is not of the protocol",
        "โหลดหน้านี้ใหม่เพื่อใช้โปรแกรมรุ่นล่าสุด", "Load the page again to get the newest program.";
    /// The code of conduct has to be accepted first.
    CONDUCT_NOT_ACCEPTED = 409 "conduct_not_accepted", "กรุณาอ่านและยอมรับข้อปฏิบัติร่วมกันก่อน", "Please accept the code of conduct first",
        "อ่านข้อปฏิบัติรุ่นปัจจุบัน กดยอมรับ แล้วเข้าใหม่ ทุกบริการในหน้าเว็บใช้ได้โดยไม่ต้องยอมรับ",
        "Read the version in force, accept it and enter again. The services' pages need no acceptance.";
    /// Another version is in force.
    CONDUCT_CHANGED = 409 "conduct_changed", "ข้อปฏิบัติมีรุ่นใหม่แล้ว", "There is a newer version of the code of conduct",
        "โหลดข้อปฏิบัติรุ่นล่าสุด อ่าน แล้วยอมรับอีกครั้ง", "Load the newest version, read it and accept again.";
    /// May not speak.
    MUTED = 403 "muted", "คุณถูกระงับการพูดชั่วคราว", "You may not speak for a while",
        "ดูเหตุผล วันสิ้นสุด และวิธีอุทธรณ์ในหน้าข้อปฏิบัติของฉัน", "See the reason, the end and how to appeal on your page of conduct.";
    /// Kept out of spaces.
    KEPT_OUT = 403 "kept_out", "คุณเข้าพื้นที่นี้ไม่ได้ในขณะนี้", "You may not enter this space just now",
        "ดูเหตุผล วันสิ้นสุด และวิธีอุทธรณ์ได้ ทุกบริการในหน้าเว็บใช้ได้ตามปกติ",
        "You can see the reason, the end and how to appeal. All services' pages stay open to you.";
    /// The two did not meet within the last minute.
    NOT_MET = 409 "not_met_lately", "คุณกับผู้นั้นไม่ได้อยู่ในพื้นที่นี้ด้วยกันภายในหนึ่งนาทีที่ผ่านมา", "You two were not in this space together within the last minute",
        "ศาลาเก็บเหตุการณ์ไว้เพียงหนึ่งนาที ถ้าเหตุเกิดซ้ำ ให้แจ้งทันทีหรือปิดกั้นผู้นั้นไว้ก่อน ถ้าคุณอยู่ในอันตราย โทร 191",
        "The hall remembers one minute only. If it happens again, report at once, or block them first. If you are in danger, call the police (191).";
    /// Enough reports of theirs are open.
    REPORTS_FULL = 429 "too_many_open_reports", "คุณมีเรื่องที่รอการพิจารณาครบจำนวนแล้ว", "Enough of your reports are waiting to be decided",
        "เจ้าหน้าที่จะพิจารณาเรื่องที่คุณแจ้งไว้ก่อน ระหว่างนี้คุณปิดกั้นผู้ใดก็ได้โดยไม่ต้องบอกเหตุผล",
        "The officers will decide what you have reported first. Meanwhile you may block anyone without giving a reason.";
    /// Decided already.
    REPORT_DECIDED = 409 "report_decided", "เรื่องนี้ตัดสินไปแล้ว", "This report has been decided",
        "โหลดหน้านี้ใหม่เพื่อดูคำตัดสิน", "Load the page again to see the decision.";
    /// A party, or a judge of their own decision.
    OWN_MATTER = 403 "own_matter", "คุณตัดสินเรื่องนี้ไม่ได้ เพราะคุณมีส่วนในเรื่อง", "You can't decide this: you have a part in it",
        "ให้เจ้าหน้าที่คนอื่นซึ่งไม่มีส่วนในเรื่องนี้เป็นผู้ตัดสิน", "Leave it to another officer who has no part in it.";
    /// The code does not allow that measure for that rule.
    SANCTION_NOT_ALLOWED = 422 "sanction_not_allowed", "ข้อปฏิบัติไม่เปิดให้ใช้มาตรการนี้กับข้อนี้", "The code of conduct does not allow this sanction for this rule",
        "เลือกมาตรการและระยะเวลาที่ข้อปฏิบัติกำหนดไว้สำหรับข้อนั้น ไม่มีสิ่งใดถูกบันทึก",
        "Choose a step and an end that the code allows for the rule. Nothing was recorded.";
    /// No voice in this hall, or not in this space.
    VOICE_OFF = 409 "voice_off", "พื้นที่นี้ไม่มีเสียงพูด", "There is no voice in this space",
        "พิมพ์ข้อความคุยกันได้ตามปกติ", "Text works as always.";
    /// No captions in this hall, or not connected for voice.
    CAPTIONS_OFF = 409 "captions_off", "ขึ้นคำบรรยายเสียงไม่ได้ในขณะนี้", "There are no captions just now",
        "เปิดฟังเสียงก่อน แล้วเปิดคำบรรยายเสียงของคุณอีกครั้ง ถ้าศาลานี้ไม่มีเครื่องถอดเสียง พิมพ์ข้อความคุยกันได้ตามปกติ",
        "Listen first, then switch the captions of your voice on again. Where the hall has no speech server, text works as always.";
    /// The client's offer can't be answered.
    OFFER_INVALID = 400 "voice_offer_invalid", "เชื่อมต่อเสียงไม่ได้", "The voice connection could not be made",
        "โหลดหน้านี้ใหม่เพื่อใช้โปรแกรมรุ่นล่าสุด ระหว่างนี้พิมพ์ข้อความคุยกันได้", "Load the page again to get the newest program. Text works meanwhile.";
    /// Only some speak here.
    STAGE_CLOSED = 403 "stage_closed", "ที่นี่ได้ยินเฉพาะผู้ที่ยืนบนเวที", "Only whoever may stand on the stage is heard here",
        "ถ้าต้องการถามหรือเสนอ ยกมือหรือพิมพ์ข้อความได้", "To ask or propose something, raise your hand or write.";
    /// As many speak as may.
    FLOOR_TAKEN = 409 "floor_taken", "มีผู้พูดพร้อมกันครบจำนวนแล้ว", "As many are speaking as can be heard at once",
        "รอให้มีผู้พูดจบก่อน แล้วพูดใหม่อีกครั้ง หรือพิมพ์ข้อความ", "Wait until someone has finished and speak again, or write.";
    /// Too late, or appealed already.
    APPEAL_CLOSED = 409 "appeal_closed", "อุทธรณ์เรื่องนี้ไม่ได้แล้ว", "This can't be appealed any more",
        "อุทธรณ์ได้หนึ่งครั้งภายในเวลาที่แจ้งไว้ ดูผลหรือวันครบกำหนดได้ในหน้าข้อปฏิบัติของคุณ",
        "One may appeal once, within the time told. Your page of conduct shows the outcome or the deadline.";
    /// One's own already.
    ASSET_KNOWN = 409 "asset_registered_already", "คุณจดทะเบียนไฟล์นี้ไว้แล้ว", "You have registered this file already",
        "เปิดรายการเดิมของคุณ ไม่ต้องจดซ้ำ", "Open the entry that you have; there is nothing to register again.";
    /// A dispute waits.
    ASSET_FROZEN = 409 "asset_frozen", "ทรัพย์สินนี้ถูกอายัดอยู่", "This asset is frozen",
        "มีคำคัดค้านที่รอการชี้ขาด ระหว่างนี้โอนหรือถอนไม่ได้ ดูเหตุผลและกำหนดในหน้าของทรัพย์สิน",
        "A dispute waits for a decision; until then it can't change hands or be taken out. Its page shows why and until when.";
    /// Out.
    ASSET_RETIRED = 409 "asset_retired", "ทรัพย์สินนี้ออกจากทะเบียนแล้ว", "This asset has been taken out of the register",
        "อ่านประวัติและเหตุผลได้ในหน้าของทรัพย์สิน", "Its history and the reason can be read on its page.";
    /// No offer for this persona.
    OFFER_GONE = 409 "offer_gone", "ไม่มีข้อเสนอที่รับได้", "There is no offer to accept",
        "ข้อเสนออาจหมดอายุ ถูกถอน หรือเสนอให้อวตารอื่น ขอให้เจ้าของเสนอใหม่", "It may have ended, been withdrawn or be meant for another persona. Ask the owner to offer it again.";
    /// Enough doubts.
    DISPUTES_FULL = 429 "too_many_open_disputes", "มีคำคัดค้านที่รอการชี้ขาดครบจำนวนแล้ว", "Enough disputes are waiting to be decided",
        "รอให้เจ้าหน้าที่ชี้ขาดเรื่องที่ค้างอยู่ก่อน", "Wait until the officers have decided those that are open.";
    /// Decided or answered already.
    DISPUTE_DECIDED = 409 "dispute_decided", "คำคัดค้านนี้ชี้แจงหรือชี้ขาดไปแล้ว", "This dispute has been answered or decided",
        "โหลดหน้านี้ใหม่เพื่อดูสถานะล่าสุด", "Load the page again to see where it stands.";
    /// Other bytes.
    FILE_DIFFERS = 422 "file_differs", "ไฟล์ไม่ตรงกับค่าแฮชในทะเบียน", "The file is not the registered one",
        "เลือกไฟล์เดิมที่ใช้จดทะเบียน ไฟล์ที่แก้ไขแล้วต้องจดทะเบียนเป็นรายการใหม่", "Choose the file that was registered. A changed file is another asset: register it anew.";
    /// The licence allows looking, not taking.
    LICENCE_FORBIDS = 403 "licence_forbids", "สัญญาอนุญาตไม่เปิดให้ดาวน์โหลดแบบจำลองนี้", "The licence of this model does not allow the hall to hand it out",
        "ชมแบบจำลองในพื้นที่ได้ตามปกติ หากต้องการไฟล์ ให้ติดต่อเจ้าของตามที่มาซึ่งระบุไว้ในบัตรข้อมูล",
        "You can look at it in its space. For the file, ask its source, which the card names.";
    /// Not proven to be an adult.
    VOICE_NEEDS_AGE = 403 "voice_needs_age", "ใช้เสียงได้เมื่อพิสูจน์ว่าอายุเกิน 18 ปีแล้ว", "Voice is for those who have proven to be over 18",
        "คุณยังพิมพ์คุยและใช้ทุกบริการได้ตามปกติ หากอายุเกิน 18 ปี ให้แสดงเอกสารรับรองอายุจากกระเป๋าเอกสารในหน้าการขอดูเอกสาร แล้วเข้าพื้นที่ใหม่ ศาลารู้เพียงว่าใช่ ไม่รู้วันเกิด",
        "You can still write and use every service. If you are over 18, show a proof of age from your wallet on the page of presentations and enter again. The hall learns a yes, not a date of birth.";
}
