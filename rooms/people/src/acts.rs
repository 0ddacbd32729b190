//! What this room does, as the public record calls it. The record says that a person registered or signed in, never who:
//! sessions are opened and closed under the name `visitor`, so that nobody's habits can be read from the log.

sala_core::act_kinds! { "people":
    /// The room made its lookup key.
    PREPARE = "people.prepare", "เตรียมห้องบุคคล", "The people room was prepared",
        "สร้างกุญแจสำหรับค้นหาโดยไม่เปิดเผยว่าแถวใดเป็นของใคร",
        "The key was made by which rows are found without the tables saying whose they are.";
    /// The policies in force were published.
    PUBLISH_POLICIES = "policy.publish", "ประกาศนโยบายการอนุญาต", "The policies in force were published",
        "ศาลาประกาศชุดนโยบายที่ใช้ตัดสินว่าใครทำอะไรได้ การกระทำแต่ละครั้งอ้างค่าแฮชของชุดนี้",
        "The hall published the set of policies that decides who may do what; each act cites its hash.";
    /// Someone registered.
    REGISTER = "person.register", "ลงทะเบียนบุคคล", "A person registered",
        "บุคคลหนึ่งลงทะเบียนและได้รับอวตาร ชื่อและกุญแจถูกปิดผนึกด้วยกุญแจของบุคคลนั้น",
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
    /// A persona was made.
    CREATE_PERSONA = "persona.create", "สร้างอวตาร", "A persona was made",
        "บุคคลหนึ่งสร้างอวตารใหม่ บันทึกไม่บอกว่าเป็นของใคร", "Someone made a new persona. The record does not say whose it is.";
    /// Name or look of a persona changed.
    CHANGE_PERSONA = "persona.change", "เปลี่ยนชื่อหรือรูปลักษณ์ของอวตาร", "A persona's name or look was changed",
        "เจ้าของเปลี่ยนชื่อหรือรูปลักษณ์ของอวตาร", "Its owner changed the name or look of a persona.";
    /// A persona was put away.
    RETIRE_PERSONA = "persona.retire", "เลิกใช้อวตาร", "A persona was retired",
        "เจ้าของเลิกใช้อวตารนี้ การกระทำเดิมยังอยู่ในบันทึก", "Its owner put a persona away for good; its acts stay in the record.";
    /// A session goes on under another persona.
    SWITCH_PERSONA = "session.switch", "เปลี่ยนอวตารที่ใช้", "A session went on under another persona",
        "มีผู้เปลี่ยนอวตารที่ใช้ในการเข้าสู่ระบบ บันทึกไม่บอกว่าเป็นตัวใด", "Someone went on under another of their personas. The record does not say which.";
    /// A scope was opened.
    OPEN_SCOPE = "scope.open", "เปิดให้ขอสิทธิออกเสียง", "Vote tokens were opened",
        "หน่วยงานเปิดให้ผู้ที่ลงทะเบียนแล้วทุกคนขอสิทธิออกเสียงได้คนละหนึ่งสิทธิ บันทึกบอกจำนวนผู้มีสิทธิ",
        "An office opened a scope in which everyone registered may have one token. The record says how many are eligible.";
    /// A token was issued.
    ISSUE_TOKEN = "scope.issue", "ออกสิทธิออกเสียงหนึ่งสิทธิ", "One vote token was issued",
        "ผู้มีสิทธิคนหนึ่งได้รับสิทธิของตน ลงนามแบบปิดตา จึงไม่มีใครรู้ว่าเป็นสิทธิใดหรือของใคร",
        "One eligible person got their token. It was signed blindly: nobody knows which it is, or whose.";
    /// A wallet was asked for credentials.
    REQUEST_PRESENTATION = "presentation.request", "ขอดูบัตรในกระเป๋าดิจิทัล", "A wallet was asked to show credentials",
        "มีผู้ขอดูบัตรตามคำถามที่ประกาศไว้ หน่วยงานที่ขอมีชื่อ บุคคลที่ขอไม่มีชื่อ และไม่รู้ว่าใครจะเป็นผู้แสดง",
        "Someone asked for what a published query names. An office that asks is named, a person is not; who will answer is not known.";
    /// A wallet answered.
    RECEIVE_PRESENTATION = "presentation.receive", "ได้รับคำตอบจากกระเป๋าดิจิทัล", "A wallet answered a request",
        "ศาลาตรวจคำตอบแล้วเก็บผลโดยปิดผนึกไว้ให้ผู้ขอเท่านั้น บันทึกบอกเพียงว่ารับได้หรือไม่",
        "The hall checked the answer and sealed what it says for whoever asked. The record tells only whether it holds.";
    /// What wallets answered was erased, as its query promised.
    ERASE_PRESENTATIONS = "presentation.erase", "ลบคำตอบของกระเป๋าดิจิทัลที่พ้นกำหนด", "Answers of wallets past their days were erased",
        "ลบคำขอและคำตอบที่พ้นจำนวนวันตามที่ประกาศ พร้อมทำลายกุญแจ",
        "Requests and answers older than their query allows were removed, and their keys destroyed.";
    /// Someone signed in.
    OPEN_SESSION = "session.open", "เข้าสู่ระบบ", "Someone signed in",
        "มีผู้เข้าสู่ระบบ บันทึกสาธารณะไม่บอกว่าเป็นใคร", "Someone signed in. The public record does not say who.";
    /// Someone signed out.
    CLOSE_SESSION = "session.close", "ออกจากระบบ", "Someone signed out",
        "มีผู้ออกจากระบบ หรือปิดการเข้าสู่ระบบของตนจากอีกเครื่องหนึ่ง", "Someone signed out, here or of a session elsewhere.";
    /// Sessions that were over were cleared away.
    EXPIRE_SESSIONS = "session.expire", "ล้างการเข้าสู่ระบบที่หมดอายุ", "Sessions that were over were removed",
        "ลบการเข้าสู่ระบบที่หมดอายุแล้ว", "Sessions past their end were removed.";
    /// A person read a notice.
    READ_NOTICE = "notice.read", "อ่านหนังสือแจ้ง", "A notice was read",
        "มีผู้อ่านหนังสือแจ้งของตน บันทึกไม่บอกว่าเป็นใคร", "Someone read a notice that was theirs. The record does not say who.";
    /// Someone else than the person read data of a person.
    READ_PERSON = "person.read", "เจ้าหน้าที่อ่านข้อมูลของบุคคล", "An officer read data of a person",
        "หน่วยงานอ่านข้อมูลของบุคคลหนึ่งตามวัตถุประสงค์ที่ระบุ บุคคลนั้นเห็นในรายการของตนว่าใครอ่าน",
        "An office read data of a person for the purpose named. That person sees in their own list who it was.";
    /// A legal hold was placed.
    PLACE_HOLD = "hold.place", "สั่งเก็บรักษาข้อมูล", "A legal hold was placed",
        "หน่วยงานสั่งให้เก็บรักษาข้อมูลของบุคคลหนึ่งจนถึงเวลาที่ระบุ ระหว่างนี้ลบไม่ได้",
        "An office ordered that data of a person be kept until the time named; until then nothing of them is erased.";
    /// A legal hold was lifted.
    LIFT_HOLD = "hold.lift", "ยกเลิกคำสั่งเก็บรักษาข้อมูล", "A legal hold was lifted",
        "หน่วยงานยกเลิกคำสั่งเก็บรักษาข้อมูลก่อนกำหนด", "An office lifted a legal hold before its end.";
    /// A person asked to be erased.
    REQUEST_ERASURE = "erasure.request", "ขอลบข้อมูลของตน", "An erasure was asked for",
        "บุคคลหนึ่งลงนามขอให้ลบข้อมูลทั้งหมดของตน จะลบหลังพ้นเวลารอ", "A person asked, signed, that all that is held about them be erased, after the waiting time.";
    /// And withdrew that.
    WITHDRAW_ERASURE = "erasure.withdraw", "ถอนคำขอลบข้อมูล", "A request for erasure was withdrawn",
        "บุคคลนั้นถอนคำขอลบข้อมูลก่อนครบเวลารอ", "The person thought better of it before the waiting time was over.";
    /// Some rows of a person were removed before the rest.
    CLEAR_PERSON = "erasure.clear", "ลบข้อมูลส่วนหนึ่งตามคำขอ", "Part of an erasure was carried out",
        "ลบแถวจำนวนหนึ่งของผู้ขอ เพราะมีมากกว่าที่การกระทำเดียวบันทึกได้", "Rows were removed that were too many for one act; the rest follows at once.";
    /// A persona of an erased person was removed.
    CLEAR_PERSONA = "persona.erase", "ลบอวตาร", "A persona was erased",
        "ลบอวตารหนึ่งของผู้ที่ขอลบข้อมูล บันทึกไม่บอกว่าเป็นของใคร", "A persona was removed with the person whose it was. The record does not say whose.";
    /// A person was erased.
    ERASE_PERSON = "erasure.done", "ลบข้อมูลของบุคคลแล้ว", "A person was erased",
        "ลบแถวทั้งหมดของผู้ขอและทำลายกุญแจ สิ่งที่ปิดผนึกไว้อ่านไม่ได้อีก แม้จากสำเนาสำรอง",
        "All rows of the person were removed and the key destroyed; nothing sealed for them can be read again, in backups neither.";
    /// A printed recovery code was made.
    PREPARE_RECOVERY = "recovery.prepare", "สร้างรหัสกู้คืน", "A recovery code was made",
        "มีผู้สร้างรหัสกู้คืนฉบับพิมพ์ ศาลาเก็บเพียงค่าแฮชที่ปิดผนึก", "Someone made a printed recovery code. The hall keeps a sealed hash only.";
    /// An officer at the desk vouched for someone.
    VOUCH_RECOVERY = "recovery.vouch", "เจ้าหน้าที่รับรองผู้ขอกู้คืน", "An officer vouched for someone at the counter",
        "เจ้าหน้าที่คนแรกตรวจผู้ขอและเอกสารด้วยตนเองและลงนาม ต้องมีเจ้าหน้าที่คนที่สองยืนยัน",
        "A first officer looked at someone and their papers, and signed. A second officer must confirm.";
    /// A recovery was opened.
    OPEN_RECOVERY = "recovery.open", "เริ่มกู้คืนการเข้าใช้", "A recovery was opened",
        "มีผู้เริ่มกู้คืนการเข้าใช้ด้วยวิธีที่ระบุ เจ้าของได้รับแจ้งทันทีและหยุดได้", "Someone opened a recovery by the road named; the person is told at once and can stop it.";
    /// A recovery bound a passkey.
    BIND_RECOVERY = "recovery.bind", "กู้คืนการเข้าใช้แล้ว", "A recovery bound a new passkey",
        "การกู้คืนพ้นเวลารอและเพิ่มพาสคีย์ใหม่ ยังลงนามไม่ได้จนพ้นเวลาพักอีกช่วงหนึ่ง",
        "After its cool-off a recovery added a new passkey; nothing can be signed until the person has settled.";
    /// A recovery was stopped, or a road discarded.
    STOP_RECOVERY = "recovery.stop", "หยุดการกู้คืน", "A recovery was stopped",
        "เจ้าของหยุดการกู้คืนหรือยกเลิกรหัสกู้คืน", "Its owner stopped a recovery or discarded a recovery code.";
    /// Recoveries that were over were removed.
    END_RECOVERIES = "recovery.end", "ล้างการกู้คืนที่สิ้นสุด", "Recoveries that were over were removed",
        "ลบการกู้คืนที่หมดเวลาหรือพ้นเวลาพักแล้ว", "Recoveries past their end were removed.";
    /// A national identity was linked to a person, or what it says was renewed.
    LINK_IDENTITY = "identity.link", "เชื่อมบัตรประจำตัวดิจิทัล", "A national identity was linked",
        "ผู้ให้บริการยืนยันตัวตนที่ระบุยืนยันตัวบุคคลหนึ่งในระดับที่ระบุ บันทึกไม่บอกว่าเป็นใคร",
        "The provider named proved who someone is, at the level named (in hundredths). The record does not say who.";
    /// A national identity was unlinked.
    UNLINK_IDENTITY = "identity.unlink", "ยกเลิกการเชื่อมบัตรประจำตัวดิจิทัล", "A national identity was unlinked",
        "มีผู้ยกเลิกการเชื่อมบัตรประจำตัวดิจิทัลของตน ผู้อื่นนำไปเชื่อมต่อไม่ได้",
        "Someone unlinked a national identity of theirs. Nobody else can link it.";
    /// A passkey was removed.
    REMOVE_PASSKEY = "passkey.remove", "ลบพาสคีย์", "A passkey was removed",
        "เจ้าของลงนามลบพาสคีย์ การเข้าสู่ระบบบนเครื่องอื่นสิ้นสุดทันที", "Its owner removed a passkey, signed; their other sessions ended at once.";
    /// A passkey got another label.
    RENAME_PASSKEY = "passkey.rename", "เปลี่ยนชื่อพาสคีย์", "A passkey was renamed",
        "มีผู้เปลี่ยนชื่อเรียกพาสคีย์ของตน บันทึกไม่บอกว่าเป็นใคร", "Someone gave a passkey of theirs another label. The record does not say who.";
    /// An officer was appointed, or got other roles.
    APPOINT = "officer.appoint", "แต่งตั้งเจ้าหน้าที่", "An officer was appointed",
        "ผู้ดูแลระบบแต่งตั้งเจ้าหน้าที่ในหน่วยงานพร้อมบทบาท หรือเปลี่ยนบทบาท",
        "An administrator appointed an officer in an office with roles, or changed the roles.";
    /// An officer was dismissed.
    DISMISS = "officer.dismiss", "ให้เจ้าหน้าที่พ้นหน้าที่", "An officer was dismissed",
        "ผู้ดูแลระบบให้เจ้าหน้าที่พ้นจากหน้าที่ การเข้าสู่ระบบในหน้าที่นั้นสิ้นสุดทันที",
        "An administrator ended an appointment; sessions under it end at once.";
    /// A mandate was offered or asked for.
    GRANT_MANDATE = "mandate.grant", "มอบอำนาจ", "A mandate was filed",
        "ผู้มอบเสนอมอบอำนาจ หรือผู้ดูแลขออำนาจแทนผู้อยู่ในความดูแล พร้อมขอบเขต วงเงิน และเวลา ข้อความและหลักฐานถูกปิดผนึกด้วยกุญแจของการมอบอำนาจนั้น",
        "A principal offered a mandate, or a guardian asked for one, with scope, limit and term. Note and evidence are sealed with a key of the mandate's own.";
    /// The agent accepted.
    ACCEPT_MANDATE = "mandate.accept", "รับมอบอำนาจ", "A mandate was accepted",
        "ผู้รับมอบยอมรับการมอบอำนาจ", "The agent accepted a mandate.";
    /// The agent or an officer refused.
    REFUSE_MANDATE = "mandate.refuse", "ปฏิเสธการมอบอำนาจ", "A mandate was refused",
        "ผู้รับมอบปฏิเสธข้อเสนอ หรือเจ้าหน้าที่ไม่ยืนยัน", "The agent refused an offer, or an officer did not confirm it.";
    /// An officer confirmed.
    CONFIRM_MANDATE = "mandate.confirm", "ยืนยันการมอบอำนาจ", "A mandate was confirmed",
        "เจ้าหน้าที่ตรวจหลักฐานแล้วยืนยัน ผลการตรวจถูกปิดผนึก", "An officer looked at the evidence and confirmed; what was found is sealed.";
    /// A mandate was ended.
    REVOKE_MANDATE = "mandate.revoke", "เพิกถอนการมอบอำนาจ", "A mandate was revoked",
        "ผู้มอบ ผู้รับมอบ หรือหน่วยงานที่ยืนยัน ทำให้การมอบอำนาจสิ้นสุดทันที",
        "The principal, the agent or the confirming office ended a mandate; it ends at once.";
    /// An organisation asked to be registered.
    REGISTER_ORGANISATION = "organisation.register", "ขอขึ้นทะเบียนองค์กร", "An organisation asked to be registered",
        "อวตารหนึ่งขอขึ้นทะเบียนองค์กรกับศาลา เลขทะเบียนและหลักฐานถูกปิดผนึก",
        "A persona asked the hall to register an organisation; registration number and evidence are sealed.";
    /// An officer confirmed an organisation.
    CONFIRM_ORGANISATION = "organisation.confirm", "ยืนยันองค์กร", "An organisation was confirmed",
        "เจ้าหน้าที่ตรวจทะเบียนแล้วยืนยัน องค์กรมอบอำนาจได้", "An officer checked the register and confirmed; the organisation can give mandates.";
    /// An officer refused an organisation or struck it off.
    REFUSE_ORGANISATION = "organisation.refuse", "ไม่ยืนยันหรือถอนองค์กร", "An organisation was refused or struck off",
        "เจ้าหน้าที่ไม่ยืนยัน หรือถอนองค์กรที่เคยยืนยัน การมอบอำนาจขององค์กรใช้ไม่ได้อีก",
        "An officer did not confirm an organisation, or struck it off; its mandates are no longer in force.";
    /// A custodian announced its key.
    ANNOUNCE_CUSTODIAN = "custody.announce", "ผู้พิทักษ์กุญแจประกาศกุญแจของตน", "A custodian announced its key",
        "ผู้พิทักษ์รายหนึ่งประกาศกุญแจสาธารณะที่จะใช้ในคณะ", "A custodian announced the public key under which it takes part.";
    /// A custodian dealt.
    CUSTODY_DEAL = "custody.deal", "ผู้พิทักษ์กุญแจแจกส่วน", "A custodian dealt its shares",
        "ข้อความรอบแรกของการสร้างกุญแจร่วม ทุกคนตรวจได้", "A message of the first round of making the shared key; anyone can check it.";
    /// A custodian complained.
    CUSTODY_COMPLAIN = "custody.complain", "ผู้พิทักษ์กุญแจร้องเรียน", "A custodian complained of a share",
        "ผู้พิทักษ์รายหนึ่งแสดงว่าส่วนที่ได้รับไม่ถูกต้อง ทุกคนตัดสินได้ว่าใครผิด", "A custodian showed that what it was dealt does not fit; anyone can judge who is to blame.";
    /// A custodian opened its commitments.
    CUSTODY_OPEN = "custody.open", "ผู้พิทักษ์กุญแจเปิดคำผูกมัด", "A custodian opened its commitments",
        "ข้อความรอบที่สามของการสร้างกุญแจร่วม", "A message of the third round of making the shared key.";
    /// A custodian revealed what one who left had dealt.
    CUSTODY_REVEAL = "custody.reveal", "ผู้พิทักษ์กุญแจเปิดส่วนของผู้ที่เงียบไป", "A custodian revealed what a silent one had dealt",
        "ผู้ที่เหลือเปิดส่วนที่ได้รับจากผู้ที่เงียบไป กุญแจจึงเลือกไม่ได้ด้วยการถอนตัว", "The others opened what a silent member had dealt, so that nobody chooses the key by leaving.";
    /// A round ended.
    CLOSE_ROUND = "custody.close", "จบรอบการสร้างกุญแจ", "A round of making the key ended",
        "รอบหนึ่งของการสร้างกุญแจร่วมจบลง พร้อมชื่อผู้ที่เงียบหรือทำผิด", "A round ended; who was silent or cheated is named.";
    /// The shared key was published.
    PUBLISH_CUSTODY_KEY = "custody.key", "ประกาศกุญแจร่วมของผู้พิทักษ์", "The custodians' shared key was published",
        "กุญแจที่ไม่มีใครถือไว้คนเดียว พร้อมค่าแฮชของข้อความทั้งหมดที่สร้างกุญแจนี้", "The key that no one holds alone, with the hash of all messages that made it.";
    /// A link was sealed again, to the custodians.
    HAND_LINK_OVER = "custody.link", "ย้ายทางกลับไปหาบุคคลให้ผู้พิทักษ์", "The way back from a persona was handed to the custodians",
        "ทางจากอวตารไปหาบุคคลถูกปิดผนึกใหม่ด้วยกุญแจของผู้พิทักษ์ ศาลาเปิดเองไม่ได้อีก", "The way from a persona to its person was sealed again with the custodians' key; the hall can't open it any more.";
    /// The hall made a key to sign credentials with.
    MAKE_CREDENTIAL_KEY = "credential.prepare", "สร้างกุญแจสำหรับออกเอกสารรับรอง", "A key to sign credentials was made",
        "ศาลาสร้างกุญแจใหม่สำหรับลงนามเอกสารรับรอง กุญแจเดิมยังประกาศไว้จนกว่าเอกสารที่ลงนามไว้จะหมดอายุ",
        "The hall made a new key to sign credentials; earlier ones stay published until what they signed is over.";
    /// An office awarded something that its owner can take into a wallet.
    AWARD_CREDENTIAL = "credential.award", "หน่วยงานให้เอกสารรับรอง", "An office awarded a credential",
        "หน่วยงานให้สิทธิรับเอกสารรับรองแก่อวตารหนึ่ง เนื้อหาถูกปิดผนึก บันทึกไม่บอกว่าเป็นอวตารใด",
        "An office awarded a credential to a persona. What it says is sealed, and the record does not say whose it is.";
    /// The award ended.
    END_AWARD = "credential.unaward", "หน่วยงานเพิกถอนสิทธิรับเอกสารรับรอง", "An office ended an award",
        "สิทธิสิ้นสุด เอกสารรับรองที่ออกตามสิทธินี้ถูกเพิกถอนในการกระทำเดียวกัน",
        "The award ended; what was issued on it was revoked in the same act.";
    /// A credential was offered to a wallet.
    OFFER_CREDENTIAL = "credential.offer", "เสนอเอกสารรับรองให้กระเป๋า", "A credential was offered to a wallet",
        "บุคคลหนึ่งขอรับเอกสารรับรองของตนเข้ากระเป๋า หรืออนุญาตให้กระเป๋ารับ บันทึกไม่บอกว่าเป็นใคร",
        "Someone asked for a credential of theirs for a wallet, or let a wallet fetch it. The record does not say who.";
    /// A wallet redeemed an offer.
    REDEEM_OFFER = "credential.redeem", "กระเป๋ารับข้อเสนอ", "A wallet took up an offer",
        "กระเป๋าแลกรหัสของข้อเสนอหนึ่ง รหัสใช้ได้ครั้งเดียว", "A wallet exchanged the code of an offer; a code is good once.";
    /// Credentials were issued.
    ISSUE_CREDENTIAL = "credential.issue", "ออกเอกสารรับรอง", "A credential was issued",
        "ออกเอกสารรับรองหนึ่งชุดให้กระเป๋า บันทึกบอกชนิดและจำนวนสำเนา ไม่บอกว่าของใคร",
        "A credential was issued to a wallet. The record says its type and the number of copies, not whose it is.";
    /// A credential was revoked.
    REVOKE_CREDENTIAL = "credential.revoke", "เพิกถอนเอกสารรับรอง", "A credential was revoked",
        "เจ้าของ กระเป๋า หรือเจ้าหน้าที่เพิกถอนเอกสารรับรอง สำเนาทุกใบหมดผลในรายการสถานะ",
        "Its owner, the wallet or an officer revoked a credential; all its copies are void in the status list.";
    /// What is over was cleared away.
    LAPSE_CREDENTIALS = "credential.lapse", "ล้างข้อเสนอและเอกสารรับรองที่หมดอายุ", "Offers and credentials that were over were removed",
        "ลบข้อเสนอที่หมดเวลาหรือใส่รหัสผิดครบจำนวน และข้อมูลของเอกสารรับรองที่หมดอายุ",
        "Offers that ran out or met too many wrong codes, and what is kept of credentials that are over, were removed.";
    /// An administrator invited an officer.
    INVITE_OFFICER = "officer.invite", "เชิญเป็นเจ้าหน้าที่", "Someone was invited to be an officer",
        "ผู้ดูแลระบบสร้างรหัสเชิญสำหรับหน่วยงานและบทบาท เก็บไว้เพียงค่าแฮช", "An administrator made a code for an office and roles; only its hash is kept.";
    /// An invitation was accepted.
    ACCEPT_INVITATION = "officer.accept", "รับคำเชิญเป็นเจ้าหน้าที่", "An invitation was accepted",
        "ผู้ได้รับเชิญลงนามรับ และเป็นเจ้าหน้าที่ บันทึกไม่บอกว่าเป็นอวตารใด", "Whoever was invited accepted, signed, and is an officer. The record names no persona.";
    /// A handover began.
    BEGIN_HANDOVER = "custody.hand_over", "เริ่มส่งมอบกุญแจให้คณะใหม่", "A handover of the key to another committee began",
        "สมาชิกคณะใหม่ประกาศกุญแจครบแล้ว การกระทำนี้ผูกมัดรายชื่อ กุญแจ และจำนวนที่ต้องใช้",
        "All members of the next committee have announced their keys; the act commits to them and to the threshold.";
    /// A new member takes its seat.
    ACCEPT_HANDOVER = "custody.accept", "ผู้พิทักษ์รายใหม่รับหน้าที่", "A new custodian accepted its seat",
        "ผู้พิทักษ์รายใหม่ลงชื่อว่าเห็นคณะเดียวกับที่บันทึกไว้", "A new custodian signed that it sees the committee as the record has it.";
    /// An officer lets a custodian hand over.
    APPROVE_HANDOVER = "custody.approve", "เห็นชอบให้ผู้พิทักษ์ส่งมอบ", "An officer approved a handover for a custodian",
        "เจ้าหน้าที่เห็นชอบให้ผู้พิทักษ์ของสำนักงานแบ่งส่วนของตนให้คณะใหม่", "An officer let the custodian of the office share its part out to the next committee.";
    /// A custodian does not hand over.
    REFUSE_HANDOVER = "custody.refuse", "ผู้พิทักษ์ไม่ส่งมอบ", "A custodian refused a handover",
        "ผู้พิทักษ์รายหนึ่งไม่แบ่งส่วนของตนให้คณะใหม่ พร้อมเหตุผล", "A custodian does not share its part out to the next committee, with its reason.";
    /// The new committee's key set.
    PUBLISH_HANDED_OVER = "custody.handed_over", "ประกาศกุญแจของคณะใหม่", "The next committee's key set was published",
        "กุญแจสาธารณะคงเดิม ส่วนของคณะใหม่คำนวณซ้ำได้จากข้อความที่ประกาศไว้",
        "The public key is the same; anyone can compute the new key set again from the published messages.";
    /// A new member has its share.
    HOLD_SHARE = "custody.hold", "ผู้พิทักษ์ยืนยันว่ามีส่วนของตน", "A custodian confirmed that it holds its share",
        "ผู้พิทักษ์รายใหม่ตรวจและเก็บส่วนของตนแล้ว", "A new custodian has checked and stored its share.";
    /// The new committee opens from now on.
    TAKE_OFFICE = "custody.take_office", "คณะใหม่เริ่มทำหน้าที่", "The next committee took office",
        "เรื่องที่ขอจากนี้ไปคณะใหม่เป็นผู้ตัดสิน เรื่องที่ขอไว้ก่อนยังเป็นของคณะเดิม",
        "What is asked from now on is decided by the new committee; what was asked before stays with the former one.";
    /// An unmasking was asked for.
    REQUEST_UNMASKING = "unmask.request", "ขอเปิดเผยตัวตน", "An unmasking was asked for",
        "หน่วยงานขอให้ผู้พิทักษ์เปิดเผยตัวตนเบื้องหลังอวตารหนึ่งตามกฎหมายที่ระบุ อวตารและหมายถูกปิดผนึกไว้", "An office asked the custodians to open who is behind one persona, under the law named; persona and warrant are sealed.";
    /// An officer let a custodian give its part.
    APPROVE_UNMASKING = "unmask.approve", "อนุมัติให้ผู้พิทักษ์เปิด", "An officer approved for a custodian",
        "เจ้าหน้าที่ของหน่วยงานผู้พิทักษ์ลงนามอนุมัติ ยังไม่มีส่วนใดถูกส่ง", "An officer of the custodian's office approved, signed. No part was given yet.";
    /// A custodian announced its part.
    RELEASE_UNMASKING = "unmask.release", "ผู้พิทักษ์ประกาศค่าแฮชของส่วนที่จะให้", "A custodian announced its part",
        "ผู้พิทักษ์ประกาศค่าแฮชของส่วนของตน และจะส่งเมื่อบันทึกนี้มีพยานแล้วเท่านั้น", "A custodian published the hash of its part, which it gives only when this stands under a witnessed head.";
    /// A custodian gave its part.
    GIVE_PART = "unmask.give", "ผู้พิทักษ์ส่งส่วนของตน", "A custodian gave its part",
        "ส่วนที่ตรวจได้ ปิดผนึกให้กุญแจใช้ครั้งเดียวของเรื่องนี้", "The part, which anyone can check, sealed to the one-time key of the case.";
    /// A custodian gave a false part.
    FALSE_PART = "unmask.fault", "ผู้พิทักษ์ส่งส่วนที่ไม่ถูกต้อง", "A custodian gave a false part",
        "ส่วนที่ลงชื่อไว้แต่พิสูจน์ไม่ได้ เก็บไว้เป็นหลักฐาน", "A part that is signed but does not prove itself; it is kept as evidence.";
    /// A custodian refused.
    REFUSE_UNMASKING = "unmask.refuse", "ผู้พิทักษ์ปฏิเสธ", "A custodian refused",
        "ผู้พิทักษ์ไม่ให้ส่วนของตน พร้อมเหตุผล", "A custodian does not give its part, and says why.";
    /// A case was opened.
    OPEN_UNMASKING = "unmask.open", "เปิดเผยตัวตนตามกระบวนการ", "A person was unmasked by due process",
        "ส่วนของผู้พิทักษ์ครบจำนวน หน่วยงานเห็นตัวบุคคลได้ในเวลาจำกัด", "Enough custodians gave their part; the office sees the person for a limited time.";
    /// The requesting office took its request back.
    WITHDRAW_UNMASKING = "unmask.withdraw", "ถอนคำขอเปิดเผยตัวตน", "A request to unmask was withdrawn",
        "หน่วยงานถอนคำขอ กุญแจใช้ครั้งเดียวถูกทำลาย", "The office took its request back; the one-time key was destroyed.";
    /// A case ran out of time.
    EXPIRE_UNMASKING = "unmask.expire", "คำขอเปิดเผยตัวตนหมดเวลา", "A request to unmask ran out of time",
        "ผู้พิทักษ์ไม่ได้ให้ส่วนครบภายในกำหนด กุญแจใช้ครั้งเดียวถูกทำลาย", "Too few parts came in time; the one-time key was destroyed.";
    /// The citizen was told.
    TELL_UNMASKED = "unmask.tell", "แจ้งผู้ถูกเปิดเผยตัวตน", "The citizen was told of an unmasking",
        "ครบกำหนดตามกฎหมาย ศาลาแจ้งบุคคลนั้นแล้ว", "The legal delay is over; the hall told the person.";
    /// The time to look is over.
    CLOSE_UNMASKING = "unmask.close", "ปิดเรื่องเปิดเผยตัวตน", "An unmasking was closed",
        "หมดเวลาดู กุญแจใช้ครั้งเดียวถูกทำลาย เปิดอีกไม่ได้", "The time to look is over; the one-time key was destroyed, and nothing opens again.";
}
