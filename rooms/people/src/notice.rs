//! Notices: what the hall tells a person, on the pages of the hall only. Sealed for the person; a notice is a template and its
//! arguments, so that it can be read in either language.

use std::collections::BTreeMap;

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{CONFLICT, NOT_FOUND, Problem},
    store::Tx,
    text::{Lang, Text},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    People, acts,
    store::{
        self,
        notice::{NoticeRow, SLOTS},
    },
    unnamed,
};

/// What a notice says: words with places for arguments, `{name}`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// Stable name; pages may show a link by it.
    pub(crate) code: &'static str,
    /// In Thai.
    pub(crate) th: &'static str,
    /// In English.
    pub(crate) en: &'static str,
}

macro_rules! templates {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $th:literal, $en:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: Template = Template { code: $code, th: $th, en: $en };)*
        const TEMPLATES: &[&Template] = &[$(&$name),*];
    };
}

templates! {
    /// A printed code was made.
    CODE_PREPARED = "recovery_code_prepared",
        "มีการสร้างรหัสกู้คืนฉบับพิมพ์ใหม่ รหัสเดิมใช้ไม่ได้อีก หากคุณไม่ได้ทำ ให้ยกเลิกรหัสและตรวจพาสคีย์ของคุณ",
        "A new printed recovery code was made; an earlier one no longer works. If that was not you, discard the code and look at your passkeys.";
    /// A recovery was opened. `road`, `ready_at`.
    RECOVERY_OPENED = "recovery_opened",
        "มีผู้ขอกู้คืนการเข้าใช้ของคุณ ({road}) จะเพิ่มพาสคีย์ใหม่ได้ตั้งแต่ {ready_at} หากไม่ใช่คุณ ให้หยุดทันที",
        "Someone opened a recovery of your access ({road}). It may add a new passkey from {ready_at}. If that was not you, stop it now.";
    /// A recovery was stopped.
    RECOVERY_STOPPED = "recovery_stopped", "การกู้คืนการเข้าใช้ถูกหยุดแล้ว", "The recovery of your access was stopped.";
    /// A recovery added a passkey. `settled_at`.
    RECOVERY_BOUND = "recovery_bound",
        "การกู้คืนเพิ่มพาสคีย์ใหม่แล้ว จะลงนามไม่ได้จนถึง {settled_at} หากไม่ใช่คุณ ให้หยุดก่อนเวลานั้น",
        "The recovery added a new passkey. Nothing can be signed until {settled_at}. If that was not you, stop it before then.";
    /// A first officer at the desk vouched. `office`.
    RECOVERY_VOUCHED = "recovery_vouched",
        "เจ้าหน้าที่ของ {office} เริ่มกู้คืนการเข้าใช้ของคุณที่เคาน์เตอร์ เจ้าหน้าที่คนที่สองต้องยืนยันก่อน หากคุณไม่ได้ไป ให้หยุด",
        "An officer of {office} began to help you back in at the counter; a second officer must confirm. If you were not there, stop it.";
    /// A national identity was linked, or says something new. `provider`.
    IDENTITY_LINKED = "identity_linked",
        "{provider} ยืนยันตัวตนของคุณแล้ว และเชื่อมกับบัญชีของคุณ หากคุณไม่ได้ทำ ให้ยกเลิกการเชื่อมและตรวจพาสคีย์ของคุณ",
        "{provider} proved who you are, and is linked to your account. If that was not you, unlink it and look at your passkeys.";
    /// And unlinked. `provider`.
    IDENTITY_UNLINKED = "identity_unlinked",
        "ยกเลิกการเชื่อมกับ {provider} แล้ว ระดับการยืนยันตัวตนของคุณลดลง", "{provider} was unlinked from your account; your level of identity is lower now.";
    /// A passkey was removed. `label`.
    PASSKEY_REMOVED = "passkey_removed",
        "พาสคีย์ “{label}” ถูกลบแล้ว และออกจากระบบบนเครื่องอื่นทั้งหมด",
        "The passkey “{label}” was removed, and you were signed out on all other devices.";
    /// Someone read. `office`, `purpose`.
    DATA_READ = "data_read",
        "{office} อ่านข้อมูลของคุณเพื่อ: {purpose}", "{office} read data about you. Purpose: {purpose}.";
    /// A hold was placed. `office`, `until`.
    HOLD_PLACED = "hold_placed",
        "{office} สั่งให้เก็บรักษาข้อมูลของคุณตามกฎหมายจนถึง {until} ระหว่างนี้ลบข้อมูลไม่ได้",
        "{office} placed a legal hold on your data until {until}. Until then nothing is erased.";
    /// A hold was lifted. `office`, `from`.
    HOLD_LIFTED = "hold_lifted",
        "{office} ยกเลิกคำสั่งเก็บรักษาข้อมูลของคุณที่มีมาตั้งแต่ {from}", "{office} lifted the legal hold that stood on your data since {from}.";
    /// Erasure was asked for. `due_at`.
    ERASURE_REQUESTED = "erasure_requested",
        "มีคำขอลบข้อมูลของคุณ จะลบเมื่อ {due_at} จนถึงเวลานั้นคุณถอนคำขอได้",
        "The erasure of your data was asked for. It will be carried out at {due_at}; until then you can withdraw.";
    /// Unmasked by due process. `office`, `basis`, `case`.
    UNMASKED = "unmasked",
        "ผู้พิทักษ์กุญแจเปิดเผยตัวตนเบื้องหลังอวตารหนึ่งของคุณให้ {office} ตาม: {basis} (เรื่อง {case}) คุณดูได้ในรายการผู้ที่อ่านข้อมูลของคุณ",
        "The custodians opened to {office} who is behind one of your personas, under: {basis} (case {case}). You find it in the list of who read your data.";
    /// A wallet fetched a credential. `type`.
    CREDENTIAL_ISSUED = "credential_issued",
        "ออกเอกสารรับรอง “{type}” เข้ากระเป๋าของคุณแล้ว หากคุณไม่ได้รับเอง ให้เพิกถอนในหน้าเอกสารรับรอง",
        "The credential “{type}” went into a wallet of yours. If that was not you, revoke it on the page of your credentials.";
    /// An officer revoked one. `type`, `office`, `reason`.
    CREDENTIAL_REVOKED = "credential_revoked",
        "{office} เพิกถอนเอกสารรับรอง “{type}” ของคุณ เหตุผล: {reason}", "{office} revoked your credential “{type}”. Reason: {reason}";
    /// An office awarded one. `type`, `office`.
    CREDENTIAL_AWARDED = "credential_awarded",
        "{office} ให้เอกสารรับรอง “{type}” แก่คุณ รับเข้ากระเป๋าได้ในหน้าเอกสารรับรอง",
        "{office} awarded you the credential “{type}”. Take it into a wallet from the page of your credentials.";
    /// Another room: a sanction in the spaces. `step`, `until`.
    SANCTION_GIVEN = "sanction_given",
        "มีการใช้มาตรการกับคุณในพื้นที่ร่วม: {step} ถึง {until} ดูเหตุผลและวิธีอุทธรณ์ได้ในหน้าข้อปฏิบัติ ทุกบริการในหน้าเว็บยังใช้ได้ตามปกติ",
        "A sanction was given to you in the shared spaces: {step}, until {until}. The page of the code of conduct says why and how to appeal. Every service's page stays open to you.";
    /// An appeal of the person was decided. `outcome`.
    SANCTION_APPEAL_DECIDED = "sanction_appeal_decided",
        "อุทธรณ์ของคุณตัดสินแล้ว: {outcome} ดูเหตุผลได้ในหน้าข้อปฏิบัติ", "Your appeal was decided: {outcome}. The page of the code of conduct says why.";
    /// A report of the person was decided. `outcome`.
    CONDUCT_REPORT_DECIDED = "conduct_report_decided",
        "เรื่องที่คุณแจ้งไว้ตัดสินแล้ว: {outcome} ดูได้ในหน้าข้อปฏิบัติ", "What you reported was decided: {outcome}. You find it on the page of the code of conduct.";
    /// And withdrawn.
    ERASURE_WITHDRAWN = "erasure_withdrawn", "คำขอลบข้อมูลของคุณถูกถอนแล้ว", "The request to erase your data was withdrawn.";
}

/// Sealed in the row of a notice.
#[derive(Clone, Serialize, Deserialize)]
struct NoticeSecret {
    code: String,
    args: BTreeMap<String, Text>,
}

/// What another room tells a person. Nothing in it names anybody: no persona of the person, and no one else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomNotice {
    /// A sanction was given to them.
    SanctionGiven {
        /// What it is.
        step: Text,
        /// When it ends.
        until: Timestamp,
    },
    /// Their appeal against one was decided.
    AppealDecided {
        /// How.
        outcome: Text,
    },
    /// What they reported was decided.
    ReportDecided {
        /// How.
        outcome: Text,
    },
}

impl RoomNotice {
    fn parts(&self) -> (&'static Template, Vec<(&'static str, Text)>) {
        match self {
            Self::SanctionGiven { step, until } => (&SANCTION_GIVEN, vec![("step", step.clone()), ("until", plain(until.to_string()))]),
            Self::AppealDecided { outcome } => (&SANCTION_APPEAL_DECIDED, vec![("outcome", outcome.clone())]),
            Self::ReportDecided { outcome } => (&CONDUCT_REPORT_DECIDED, vec![("outcome", outcome.clone())]),
        }
    }
}

/// A notice ready to be saved within an act.
#[derive(Debug, Clone)]
pub struct NewNotice {
    row: NoticeRow,
    /// Where it may stand; the first that is free is taken.
    slots: Vec<String>,
}

/// A notice, opened.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) text: Text,
    pub(crate) created_at: Timestamp,
    pub(crate) read_at: Option<Timestamp>,
}

impl NewNotice {
    /// Saves the notice. Whatever persona the act names: notices of one person can't be joined by their columns.
    pub async fn save(&self, tx: &mut Tx) -> Result<(), Problem> {
        let taken = store::notice::taken(tx, &self.slots).await?;
        let free = self.slots.iter().find(|slot| !taken.contains(slot)).ok_or_else(|| CONFLICT.problem())?;
        tx.save(NoticeRow { slot: free.clone(), ..self.row.clone() }.record());
        Ok(())
    }
}

/// An argument that is the same in both languages.
pub(crate) fn plain(text: impl Into<String>) -> Text {
    let text = text.into();
    Text::new(text.clone(), text)
}

impl People {
    /// A notice to `person`, to be saved within an act by [`NewNotice::save`].
    pub(crate) async fn notice(&self, ctx: &Ctx, person: &str, template: &Template, args: &[(&str, Text)]) -> Result<NewNotice, Problem> {
        let id = ctx.new_id("notice");
        let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let secret = NoticeSecret { code: template.code.to_owned(), args };
        let sealed = store::seal(&self.store, person, "notice", &id, &secret).await?;
        let first = self.notice_rows(person).await?.len();
        let slots = (first..first + SLOTS).map(|number| self.lookup.notice_slot(person, number)).collect();
        Ok(NewNotice { row: NoticeRow { id, slot: String::new(), sealed, created_at: ctx.now, read_at: None }, slots })
    }

    /// A notice of another room to `person`, to be saved within its act by [`NewNotice::save`].
    pub async fn notice_of_room(&self, ctx: &Ctx, person: &str, told: &RoomNotice) -> Result<NewNotice, Problem> {
        let (template, args) = told.parts();
        self.notice(ctx, person, template, &args).await
    }

    /// The notices of a person, oldest first, still sealed.
    pub(crate) async fn notice_rows(&self, person: &str) -> Result<Vec<NoticeRow>, Problem> {
        let mut found = vec![];
        loop {
            let slots: Vec<String> = (found.len()..found.len() + SLOTS).map(|number| self.lookup.notice_slot(person, number)).collect();
            let mut rows = store::notice::at(&self.store, &slots).await?;
            rows.sort_by_key(|row| slots.iter().position(|slot| *slot == row.slot));
            let is_last = rows.len() < SLOTS;
            found.append(&mut rows);
            if is_last {
                return Ok(found);
            }
        }
    }

    /// The notices of the signed-in person, newest first, from below place `before`; with how many are unread in all, and the place to
    /// go on from.
    pub(crate) async fn list_notices(
        &self,
        ctx: &Ctx,
        before: Option<usize>,
        limit: usize,
    ) -> Result<(Vec<Notice>, usize, Option<usize>), Problem> {
        let person = ctx.require_signed_in()?;
        let rows = self.notice_rows(person).await?;
        let unread = rows.iter().filter(|row| row.read_at.is_none()).count();
        let end = before.unwrap_or(rows.len()).min(rows.len());
        let start = end.saturating_sub(limit);
        let mut notices = vec![];
        for row in rows.into_iter().take(end).skip(start).rev() {
            notices.push(self.open_notice(person, row).await?);
        }
        Ok((notices, unread, (start > 0).then_some(start)))
    }

    pub(crate) async fn open_notice(&self, person: &str, row: NoticeRow) -> Result<Notice, Problem> {
        let secret: NoticeSecret = store::unseal(&self.store, person, "notice", &row.id, &row.sealed).await?;
        let template = TEMPLATES.iter().find(|template| template.code == secret.code);
        let text = template.map_or_else(Text::default, |template| filled(template, &secret.args));
        Ok(Notice { id: row.id, code: secret.code, text, created_at: row.created_at, read_at: row.read_at })
    }

    /// Marks a notice as read. 404 when the signed-in person has no such notice.
    pub(crate) async fn read_notice(&self, ctx: &Ctx, id: &str) -> Result<(), Problem> {
        let person = ctx.require_signed_in()?;
        let row = self.notice_rows(person).await?.into_iter().find(|row| row.id == id).ok_or_else(|| NOT_FOUND.problem())?;
        if row.read_at.is_some() {
            return Ok(());
        }
        let record = NoticeRow { read_at: Some(ctx.now), ..row }.record();
        let draft = Draft::new(&acts::READ_NOTICE, "At the person's own request");
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let record = record.clone();
                Box::pin(async move {
                    tx.save(record);
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }
}

/// The words with their arguments put in.
fn filled(template: &Template, args: &BTreeMap<String, Text>) -> Text {
    let fill = |words: &str, lang: Lang| {
        let mut pieces = words.split('{');
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or(("", piece));
            text.push_str(args.get(name).map_or("…", |value| value.get(lang)));
            text.push_str(rest);
        }
        text
    };
    Text::new(fill(template.th, Lang::Th), fill(template.en, Lang::En))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_filled_once_so_that_an_argument_is_never_a_template() {
        let args = BTreeMap::from([("label".to_owned(), plain("{office} โทรศัพท์"))]);
        assert_eq!(
            filled(&PASSKEY_REMOVED, &args).en,
            "The passkey “{office} โทรศัพท์” was removed, and you were signed out on all other devices."
        );
        assert_eq!(filled(&DATA_READ, &BTreeMap::new()).en, "… read data about you. Purpose: ….");
    }

    #[test]
    fn what_another_room_tells_fills_its_template() {
        let until = Timestamp::from_seconds(1_790_000_000);
        let told = [
            RoomNotice::SanctionGiven { step: Text::new("งดพูด", "muted"), until },
            RoomNotice::AppealDecided { outcome: Text::new("ยกเลิก", "lifted") },
            RoomNotice::ReportDecided { outcome: Text::new("มีมาตรการ", "a sanction was given") },
        ];
        for each in told {
            let (template, args) = each.parts();
            let text = filled(template, &args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
            assert!(!text.th.contains('…') && !text.en.contains('…') && !text.en.contains('{'), "{text:?}");
        }
    }

    #[test]
    fn templates_have_the_same_places_in_both_languages_and_a_code_of_their_own() {
        let places = |words: &str| {
            let mut names: Vec<String> = words.split('{').skip(1).map(|piece| piece.split('}').next().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        for (place, template) in TEMPLATES.iter().enumerate() {
            assert_eq!(places(template.th), places(template.en), "{}", template.code);
            assert!(TEMPLATES.iter().skip(place + 1).all(|other| other.code != template.code));
        }
    }
}
