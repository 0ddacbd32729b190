//! Minutes for people: Markdown in Thai or English.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Minutes, MinutesHands, MinutesParty};
use crate::{
    entry::{AmendmentState, DecidedBy, Stands},
    meeting::{AgendaState, MeetingLang, MeetingState},
};

/// What a handle is called now.
pub(crate) type Names = BTreeMap<String, String>;

struct Words {
    minutes: &'static str,
    as_they_stand: &'static str,
    planned: &'static str,
    opened: &'static str,
    closed: &'static str,
    place: &'static str,
    chair: &'static str,
    convened_by: &'static str,
    named: &'static str,
    agenda: &'static str,
    not_reached: &'static str,
    current: &'static str,
    done: &'static str,
    minute: &'static str,
    draft: &'static str,
    clause: &'static str,
    no_clauses: &'static str,
    decisions: &'static str,
    item: &'static str,
    consent: &'static str,
    hands: &'static str,
    counts: [&'static str; 3],
    dissent: &'static str,
    amendments: &'static str,
    new_clause: &'static str,
    before: &'static str,
    after: &'static str,
    struck: &'static str,
    reason: &'static str,
    outcome: &'static str,
    states: [&'static str; 4],
    polls: &'static str,
    standing: &'static str,
    mean: &'static str,
    speeches: &'static str,
    said: &'static str,
    not_kept: &'static str,
    acts: &'static str,
    none: &'static str,
}

const TH: Words = Words {
    minutes: "รายงานการประชุม",
    as_they_stand: "ฉบับระหว่างประชุม ยังไม่เป็นที่ยุติ",
    planned: "กำหนดเริ่ม",
    opened: "เปิดประชุม",
    closed: "ปิดประชุม",
    place: "สถานที่",
    chair: "ประธาน",
    convened_by: "ผู้นัดประชุม",
    named: "ผู้มีชื่อในรายงาน",
    agenda: "ระเบียบวาระ",
    not_reached: "ยังไม่ถึง",
    current: "กำลังพิจารณา",
    done: "เสร็จสิ้น",
    minute: "นาที",
    draft: "ร่างเมื่อสิ้นสุดการประชุม",
    clause: "ข้อ",
    no_clauses: "ยังไม่มีข้อใดในร่าง",
    decisions: "มติ",
    item: "วาระที่",
    consent: "โดยไม่มีผู้คัดค้าน",
    hands: "โดยยกมือ",
    counts: ["เห็นด้วย", "ไม่เห็นด้วย", "งดออกเสียง"],
    dissent: "ความเห็นแย้ง",
    amendments: "คำขอแก้ไขร่าง",
    new_clause: "เพิ่มข้อใหม่",
    before: "ข้อความเดิม",
    after: "ข้อความใหม่",
    struck: "ตัดออกทั้งข้อ",
    reason: "เหตุผล",
    outcome: "ผล",
    states: ["ยังไม่ได้ตัดสิน", "รับ", "ไม่รับ", "ถอน"],
    polls: "การยืนบอกความเห็น",
    standing: "ผู้ยืน",
    mean: "ค่าเฉลี่ย",
    speeches: "ผู้พูด",
    said: "ถ้อยคำในที่ประชุม",
    not_kept: "การประชุมนี้ไม่เก็บถ้อยคำ",
    acts: "การกระทำในบันทึกสาธารณะ",
    none: "ไม่มี",
};

const EN: Words = Words {
    minutes: "Minutes",
    as_they_stand: "As they stand; the meeting has not ended",
    planned: "Planned for",
    opened: "Opened",
    closed: "Closed",
    place: "Place",
    chair: "Chair",
    convened_by: "Convened by",
    named: "Named in these minutes",
    agenda: "Agenda",
    not_reached: "not reached",
    current: "under way",
    done: "done",
    minute: "minutes",
    draft: "The draft at the end",
    clause: "Clause",
    no_clauses: "The draft has no clauses.",
    decisions: "Decisions",
    item: "Item",
    consent: "nobody objected",
    hands: "by a show of hands",
    counts: ["for", "against", "abstaining"],
    dissent: "Dissent",
    amendments: "Amendments",
    new_clause: "A new clause",
    before: "Before",
    after: "After",
    struck: "Struck out",
    reason: "Reason",
    outcome: "Outcome",
    states: ["not decided", "accepted", "refused", "withdrawn"],
    polls: "Polls",
    standing: "standing",
    mean: "mean",
    speeches: "Speeches",
    said: "What was said",
    not_kept: "This meeting does not keep what is said.",
    acts: "Acts in the public record",
    none: "None",
};

/// Text of people inside Markdown: nothing in it is markup, and it stays in its place.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => out.push(' '),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '(' | ')' | '#' | '+' | '!' | '|' | '~' | '&' => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

/// The same as a quotation of several lines.
fn quoted(text: &str) -> String {
    text.lines().fold(String::new(), |quoted, line| quoted + "> " + &plain(line) + "\n")
}

struct Page<'p> {
    out: String,
    words: &'static Words,
    names: &'p Names,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        // Writing into a string can't fail.
        let _ = write!(self.out, "\n## {heading}\n\n");
    }

    fn who(&self, party: &MinutesParty) -> String {
        let name = self.names.get(&party.persona).filter(|name| !name.is_empty());
        name.map_or_else(
            || format!("`{}`", party.persona.replace('`', "")),
            |name| format!("{} (`{}`)", plain(name), party.persona.replace('`', "")),
        )
    }

    fn hands(&self, hands: Option<MinutesHands>) -> String {
        let [yes, no, abstaining] = self.words.counts;
        hands.map_or_else(String::new, |hands| format!(" ({yes} {}, {no} {}, {abstaining} {})", hands.yes, hands.no, hands.abstaining))
    }

    fn acts(&mut self, acts: &[String]) {
        for act in acts {
            self.line(&format!("- `{act}`"));
        }
    }

    fn nothing(&mut self) {
        let none = self.words.none;
        self.line(none);
    }
}

/// The minutes as Markdown. `names`: what handles are called now.
pub(crate) fn markdown(minutes: &Minutes, lang: MeetingLang, names: &Names) -> String {
    let words = match lang {
        MeetingLang::Th => &TH,
        MeetingLang::En => &EN,
    };
    let mut page = Page { out: String::new(), words, names };
    page.line(&format!("# {}: {}", words.minutes, plain(&minutes.title)));
    page.line("");
    if minutes.state != MeetingState::Closed {
        page.line(&format!("**{}**", words.as_they_stand));
        page.line("");
    }
    page.line(&plain(&minutes.about));
    page.line("");
    page.line(&format!("- {}: {}", words.planned, minutes.begins_at));
    for (word, at) in [(words.opened, minutes.opened_at), (words.closed, minutes.closed_at)] {
        if let Some(at) = at {
            page.line(&format!("- {word}: {at}"));
        }
    }
    if let Some(space) = &minutes.space {
        page.line(&format!("- {}: {}", words.place, plain(space)));
    }
    page.line(&format!("- {}: {}", words.convened_by, page.who(&minutes.convened_by)));
    page.line(&format!("- {}: {}", words.chair, page.who(&minutes.chair)));
    let named: Vec<String> = minutes.named.iter().map(|party| page.who(party)).collect();
    page.line(&format!("- {}: {}", words.named, if named.is_empty() { words.none.to_owned() } else { named.join(", ") }));

    page.heading(words.agenda);
    for item in &minutes.agenda {
        let state = match item.state {
            AgendaState::Waiting => words.not_reached,
            AgendaState::Current => words.current,
            AgendaState::Done => words.done,
        };
        let times: Vec<String> = [item.began_at, item.ended_at].iter().flatten().map(ToString::to_string).collect();
        let times = if times.is_empty() { String::new() } else { format!(", {}", times.join(" – ")) };
        page.line(&format!("{}. {} ({} {}; {state}{times})", item.n, plain(&item.title), item.minutes, words.minute));
    }

    page.heading(words.draft);
    if minutes.clauses.is_empty() {
        page.line(words.no_clauses);
    }
    for clause in &minutes.clauses {
        page.line(&format!("**{} {}** {}", words.clause, clause.n, plain(&clause.heading)));
        page.line("");
        for line in clause.text.lines() {
            page.line(&plain(line));
            page.line("");
        }
    }

    page.heading(words.decisions);
    if minutes.decisions.is_empty() {
        page.nothing();
    }
    for decision in &minutes.decisions {
        let how = match decision.how {
            DecidedBy::Consent => words.consent,
            DecidedBy::Hands => words.hands,
        };
        let item = decision.item.map_or_else(String::new, |n| format!("{} {n}: ", words.item));
        page.line(&format!("- {item}{} — {how}{} `{}`", plain(&decision.text), page.hands(decision.hands), decision.act));
        for dissent in &decision.dissents {
            // One without words counts as well.
            let said = if dissent.text.is_empty() { String::new() } else { format!(": {}", plain(&dissent.text)) };
            page.line(&format!("  - {} — {}{said} `{}`", words.dissent, page.who(&dissent.who), dissent.act));
        }
    }

    page.heading(words.amendments);
    if minutes.amendments.is_empty() {
        page.nothing();
    }
    for amendment in &minutes.amendments {
        let [proposed, accepted, refused, withdrawn] = words.states;
        let state = match amendment.state {
            AmendmentState::Proposed => proposed,
            AmendmentState::Accepted => accepted,
            AmendmentState::Refused => refused,
            AmendmentState::Withdrawn => withdrawn,
        };
        let what = if amendment.clause.is_some() { words.clause } else { words.new_clause };
        page.line(&format!("### {what} {}", plain(&amendment.heading)));
        page.line("");
        page.line(&format!("{} — {state}{}", page.who(&amendment.who), page.hands(amendment.hands)));
        page.line("");
        if !amendment.before.is_empty() {
            page.line(&format!("{}:\n\n{}", words.before, quoted(&amendment.before)));
        }
        if amendment.text.is_empty() {
            page.line(words.struck);
        } else {
            page.line(&format!("{}:\n\n{}", words.after, quoted(&amendment.text)));
        }
        page.line(&format!("{}: {}", words.reason, plain(&amendment.reason)));
        page.line("");
        if let Some(outcome) = &amendment.outcome {
            page.line(&format!("{}: {}", words.outcome, plain(outcome)));
            page.line("");
        }
        page.acts(&amendment.acts);
        page.line("");
    }

    page.heading(words.polls);
    if minutes.polls.is_empty() {
        page.nothing();
    }
    for poll in &minutes.polls {
        page.line(&format!("- {} ({} ↔ {})", plain(&poll.question), plain(&poll.left), plain(&poll.right)));
        if let Some(Stands { count, bins, mean }) = &poll.result {
            let bins = bins
                .as_ref()
                .map_or_else(String::new, |bins| format!(": {}", bins.iter().map(ToString::to_string).collect::<Vec<_>>().join(" · ")));
            let mean = mean.map_or_else(String::new, |mean| format!("; {} {mean}", words.mean));
            page.line(&format!("  - {} {count}{bins}{mean}", words.standing));
        }
        for act in &poll.acts {
            page.line(&format!("  - `{act}`"));
        }
    }

    page.heading(words.speeches);
    if minutes.speeches.is_empty() {
        page.nothing();
    }
    for speech in &minutes.speeches {
        let until = speech.ended_at.map_or_else(String::new, |at| format!(" – {at}"));
        page.line(&format!("- {}: {}{until} `{}`", page.who(&speech.who), speech.began_at, speech.act));
    }

    page.heading(words.said);
    if !minutes.keeps_words {
        page.line(words.not_kept);
    } else if minutes.words.is_empty() {
        page.nothing();
    }
    for word in &minutes.words {
        page.line(&format!("- {} {}: {} `{}`", word.at, page.who(&word.who), plain(&word.text), word.act));
    }

    page.heading(words.acts);
    page.acts(&minutes.acts);
    page.out
}
