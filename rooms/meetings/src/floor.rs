//! Who speaks next. Who has not spoken yet comes before who has; otherwise it goes by the order of asking.

use sala_core::{problem::Problem, time::Timestamp};

use crate::{
    meeting::{Meeting, Party, Speaker, Waiting},
    problems::{IN_QUEUE, MEETING_FULL, QUEUE_EMPTY},
};

/// The most who wait.
pub const LONGEST_QUEUE: usize = 200;

/// A speech that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Who spoke, since when, and the act that gave them the floor.
    pub speaker: Speaker,
    /// Until when.
    pub ended_at: Timestamp,
}

impl Meeting {
    /// Those who wait, who is next first.
    pub fn in_turn(&self) -> Vec<&Waiting> {
        let mut waiting: Vec<&Waiting> = self.queue.iter().collect();
        // A stable sort keeps the order of asking.
        waiting.sort_by_key(|waiting| self.spoken.contains(&waiting.who.persona));
        waiting
    }

    /// Joins the queue, once.
    pub fn ask_floor(&mut self, entry: String, who: Party, now: Timestamp) -> Result<(), Problem> {
        let speaks = self.speaker.as_ref().is_some_and(|speaker| speaker.who.persona == who.persona);
        if speaks || self.queue.iter().any(|waiting| waiting.who.persona == who.persona) {
            return Err(IN_QUEUE.problem());
        }
        if self.queue.len() >= LONGEST_QUEUE {
            return Err(MEETING_FULL.problem());
        }
        self.queue.push(Waiting { entry, who, asked_at: now });
        Ok(())
    }

    /// Leaves the queue; false when not in it.
    pub fn leave_queue(&mut self, persona: &str) -> bool {
        let before = self.queue.len();
        self.queue.retain(|waiting| waiting.who.persona != persona);
        before != self.queue.len()
    }

    /// Gives the floor to an entry, or to the next. Whoever spoke until now has ended.
    pub fn give_floor(&mut self, entry: Option<&str>, act: &str, now: Timestamp) -> Result<Option<Ended>, Problem> {
        let next = match entry {
            Some(entry) => self.queue.iter().find(|waiting| waiting.entry == entry).cloned(),
            None => self.in_turn().first().copied().cloned(),
        };
        let next = next.ok_or_else(|| QUEUE_EMPTY.problem())?;
        let ended = self.end_floor(now);
        self.queue.retain(|waiting| waiting.entry != next.entry);
        if !self.spoken.contains(&next.who.persona) {
            self.spoken.push(next.who.persona.clone());
        }
        let ends_at = now.plus_seconds(i64::from(self.speaker_s));
        self.speaker = Some(Speaker { entry: next.entry, who: next.who, began_at: now, ends_at, act: act.to_owned() });
        Ok(ended)
    }

    /// Ends the speech, if anyone speaks.
    pub fn end_floor(&mut self, now: Timestamp) -> Option<Ended> {
        self.speaker.take().map(|speaker| Ended { speaker, ended_at: now })
    }
}

#[cfg(test)]
pub(crate) mod tests;
