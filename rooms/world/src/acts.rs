//! What this room does, as the public record calls it.

sala_core::act_kinds! { "world":
    /// A persona accepts the code of conduct.
    ACCEPT = "conduct.accept", "ยอมรับข้อปฏิบัติร่วมกัน", "The code of conduct was accepted",
        "อวตารยอมรับข้อปฏิบัติร่วมกันของพื้นที่รุ่นที่ระบุ ก่อนเข้าพบผู้อื่น", "A persona accepted the stated version of the code of conduct before meeting others.";
    /// Someone blocks someone.
    BLOCK = "conduct.block", "ปิดกั้นระหว่างอวตาร", "Someone was blocked",
        "ผู้หนึ่งปิดกั้นอีกผู้หนึ่ง ทั้งสองฝ่ายไม่เห็นและไม่ได้ยินกัน บันทึกไม่บอกว่าใครกับใคร", "Someone blocked someone: neither sees or hears the other. The record does not say who.";
    /// Someone takes a block back.
    UNBLOCK = "conduct.unblock", "เลิกปิดกั้นระหว่างอวตาร", "A block was taken back",
        "ผู้ที่เคยปิดกั้นเลิกปิดกั้น บันทึกไม่บอกว่าใครกับใคร", "Whoever had blocked someone took it back. The record does not say who.";
    /// The room makes the key by which sanctions follow a person without saying who.
    PREPARE = "conduct.prepare", "เตรียมกุญแจของห้องโลกเสมือน", "The room of the world prepared its key",
        "ศาลาสร้างกุญแจลับซึ่งทำให้มาตรการตามตัวบุคคลได้โดยไม่มีตารางใดบอกว่าอวตารใดเป็นของใคร", "The hall made the secret key by which a sanction follows a person though no table says whose persona is whose.";
    /// Someone reports someone.
    FILE_REPORT = "report.file", "แจ้งเหตุในพื้นที่", "Something that happened in a space was reported",
        "มีผู้แจ้งเหตุพร้อมหลักฐานหนึ่งนาทีสุดท้าย บันทึกบอกพื้นที่และค่าแฮชของหลักฐาน ไม่บอกว่าใครแจ้งใคร",
        "Someone reported what happened, with the last minute as evidence. The record says the space and commits to the evidence; it does not say who reported whom.";
    /// An officer opens a report.
    READ_REPORT = "report.read", "เจ้าหน้าที่เปิดอ่านเรื่องที่แจ้ง", "An officer opened a report",
        "เจ้าหน้าที่เปิดดูหลักฐานของเรื่องที่แจ้ง ซึ่งเป็นข้อมูลส่วนบุคคล จึงบันทึกชื่อผู้อ่านและวัตถุประสงค์",
        "An officer looked at the evidence of a report. It is personal data, so the reader and the purpose are on the record.";
    /// An officer finds that no rule was broken.
    DISMISS_REPORT = "report.dismiss", "ยุติเรื่องที่แจ้ง", "A report was dismissed",
        "เจ้าหน้าที่พิจารณาแล้วไม่ใช้มาตรการใด เหตุผลเปิดเผยต่อทุกคนโดยไม่บอกว่าเป็นใคร", "An officer considered a report and took no measure. The reason is open to all and names no one.";
    /// The evidence is destroyed.
    DESTROY_EVIDENCE = "report.destroy_evidence", "ทำลายหลักฐานของเรื่องที่แจ้ง", "The evidence of a report was destroyed",
        "พ้นกำหนดหลังคำตัดสินสุดท้าย กุญแจของหลักฐานถูกทำลาย หลักฐานเปิดอ่านไม่ได้อีก รวมทั้งในสำเนาสำรอง",
        "Its time after the last decision was over: the key was destroyed, and the evidence can't be opened any more, in backups neither.";
    /// A sanction.
    GIVE_SANCTION = "sanction.give", "ใช้มาตรการตามข้อปฏิบัติ", "A sanction was given under the code of conduct",
        "เจ้าหน้าที่ใช้มาตรการกับผู้ฝ่าฝืนข้อปฏิบัติ บอกข้อที่ฝ่าฝืน ขั้น เหตุผล และวันสิ้นสุด ไม่บอกว่าเป็นใคร ไม่มีบริการใดถูกตัด",
        "An officer gave a sanction for a breach of the code: rule, step, reason and end are open, who it is is not. No service is cut off.";
    /// The sanctioned person appeals.
    FILE_APPEAL = "appeal.file", "อุทธรณ์มาตรการ", "A sanction was appealed",
        "ผู้ถูกใช้มาตรการขอให้หน่วยงานอื่นทบทวน หากไม่ตัดสินภายในกำหนด มาตรการสิ้นสุดเอง", "The sanctioned person asked another office to review it. If nobody decides in time, the sanction ends by itself.";
    /// An appeal is decided: it stands.
    UPHOLD = "appeal.uphold", "ยืนตามมาตรการเดิม", "An appeal was decided: the sanction stands",
        "เจ้าหน้าที่ของหน่วยงานทบทวนซึ่งไม่ใช่ผู้ใช้มาตรการ พิจารณาแล้วให้คงไว้ เหตุผลเปิดเผย", "An officer of the reviewing office, another than who gave it, upheld the sanction. The reason is open.";
    /// An appeal is decided: shorter.
    SHORTEN = "appeal.shorten", "ลดเวลามาตรการ", "An appeal was decided: the sanction ends earlier",
        "เจ้าหน้าที่ของหน่วยงานทบทวนให้มาตรการสิ้นสุดเร็วขึ้น เหตุผลเปิดเผย", "An officer of the reviewing office shortened the sanction. The reason is open.";
    /// An appeal is decided: lifted.
    LIFT = "appeal.lift", "ยกเลิกมาตรการ", "An appeal was decided: the sanction is lifted",
        "เจ้าหน้าที่ของหน่วยงานทบทวนให้ยกเลิกมาตรการทันที เหตุผลเปิดเผย", "An officer of the reviewing office lifted the sanction at once. The reason is open.";
    /// Nobody decided in time.
    LAPSE = "appeal.lapse", "อุทธรณ์พ้นกำหนด มาตรการสิ้นสุด", "An appeal was not decided in time, and the sanction ended",
        "หน่วยงานทบทวนไม่ได้ตัดสินภายในกำหนด ศาลาจึงยกเลิกมาตรการเองตามข้อปฏิบัติ", "The reviewing office did not decide within its deadline, so the hall lifted the sanction by itself, as the code says.";
    /// Somebody registers something.
    REGISTER_ASSET = "asset.register", "จดทะเบียนทรัพย์สินดิจิทัล", "A digital asset was registered",
        "ผู้ใช้ลงนามจดทะเบียนสิ่งดิจิทัลด้วยค่าแฮชของไฟล์ พร้อมสัญญาอนุญาตและที่มา สิทธิเป็นของอวตารที่ลงนาม ไม่มีราคาและไม่มีเหรียญ",
        "A persona signed the registration of something digital by the hash of its bytes, with its licence and where it comes from. There is no price and no token.";
    /// The owner hands the file in.
    DEPOSIT_ASSET = "asset.deposit", "ฝากไฟล์ของทรัพย์สินดิจิทัล", "The file of a digital asset was handed in",
        "เจ้าของฝากไฟล์ที่ตรงกับค่าแฮชในทะเบียน เพื่อให้นำไปตั้งในพื้นที่ได้", "Its owner handed in the bytes of the registered hash, so that it can stand in a space.";
    /// The owner offers it.
    OFFER_ASSET = "asset.offer", "เสนอโอนทรัพย์สินดิจิทัล", "A digital asset was offered",
        "เจ้าของลงนามเสนอโอนให้อวตารที่ระบุ ยังไม่มีสิ่งใดเปลี่ยนมือจนกว่าอีกฝ่ายจะลงนามรับ", "Its owner signed an offer to the persona named. Nothing changes hands until the other side signs too.";
    /// The offer is taken back or refused.
    WITHDRAW_OFFER = "asset.withdraw_offer", "ถอนหรือปฏิเสธข้อเสนอโอน", "An offer of a digital asset was withdrawn or refused",
        "เจ้าของถอนข้อเสนอ หรือผู้รับข้อเสนอปฏิเสธ", "Its owner took the offer back, or the other side refused it.";
    /// The other side accepts.
    ACCEPT_ASSET = "asset.accept", "รับโอนทรัพย์สินดิจิทัล", "A digital asset changed hands",
        "ผู้รับลงนามรับโอน ทรัพย์สินเป็นของอวตารนั้นตั้งแต่การกระทำนี้", "The other side signed its acceptance; from this act on it is theirs.";
    /// Somebody doubts it.
    DISPUTE_ASSET = "asset.dispute", "คัดค้านรายการทะเบียน", "A registration was disputed",
        "มีผู้ลงนามคัดค้านพร้อมเหตุผลซึ่งเปิดเผย ทรัพย์สินถูกอายัดจนกว่าเจ้าหน้าที่จะชี้ขาด", "Someone signed a dispute with an open reason. The asset is frozen until an officer has decided.";
    /// The owner answers.
    ANSWER_DISPUTE = "asset.answer", "คำชี้แจงต่อคำคัดค้าน", "A dispute was answered",
        "เจ้าของชี้แจงต่อคำคัดค้าน คำชี้แจงเปิดเผยต่อทุกคน", "The owner answered a dispute; the counter-notice is open to all.";
    /// An officer decides.
    SETTLE_DISPUTE = "asset.settle", "ชี้ขาดคำคัดค้าน", "A dispute about a digital asset was decided",
        "เจ้าหน้าที่ลงนามชี้ขาดว่ารายการคงอยู่หรือถูกถอน พร้อมเหตุผล อีกฝ่ายอุทธรณ์ต่อหน่วยงานอื่นได้",
        "An officer signed whether the entry stands or is taken out, with the reason. Whoever it goes against may appeal to another office.";
    /// Someone appeals.
    APPEAL_SETTLEMENT = "asset.appeal", "อุทธรณ์คำชี้ขาด", "A decision about a digital asset was appealed",
        "ฝ่ายที่เสียประโยชน์อุทธรณ์ต่อหน่วยงานทบทวน", "The side against which it went asked the reviewing office to look at it again.";
    /// Another office decides.
    REVIEW_SETTLEMENT = "asset.review", "พิจารณาอุทธรณ์คำชี้ขาด", "An appeal about a digital asset was decided",
        "เจ้าหน้าที่ของหน่วยงานทบทวนซึ่งไม่ใช่ผู้ชี้ขาดเดิม ยืนตามหรือกลับคำชี้ขาด เหตุผลเปิดเผย",
        "An officer of the reviewing office, another than who decided first, upheld or reversed it. The reason is open.";
    /// Nobody decided in time.
    LAPSE_SETTLEMENT = "asset.lapse", "อุทธรณ์คำชี้ขาดพ้นกำหนด", "An appeal about a digital asset was not decided in time",
        "หน่วยงานทบทวนไม่ได้ตัดสินภายในกำหนด รายการที่ถูกถอนจึงกลับมา รายการที่ให้คงไว้ยังคงอยู่",
        "The reviewing office did not decide in time: an entry that was taken out is back, one that was kept stays.";
    /// The owner gives it up.
    RETIRE_ASSET = "asset.retire", "เจ้าของถอนทรัพย์สินออกจากทะเบียน", "Its owner took a digital asset out of the register",
        "เจ้าของลงนามถอนรายการออกจากการใช้งานอย่างถาวร ประวัติยังอ่านได้", "Its owner signed that it is taken out for good. Its history can still be read.";
    /// The file is taken away.
    REMOVE_FILE = "asset.remove_file", "ลบไฟล์ของรายการที่ถูกถอน", "The file of a retired digital asset was removed",
        "รายการถูกถอนเป็นที่สุดแล้ว ศาลาจึงลบไฟล์ คงไว้แต่ค่าแฮชและประวัติ", "The entry is out for good, so the hall removed the bytes; hash and history stay.";
}
