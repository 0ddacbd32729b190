//! One slot of a listener: packets of one speaker after the other become one stream without gaps that nobody lost.

use std::time::Instant;

/// Samples of Opus in a second, whatever it was recorded with (RFC 7587 section 4.1).
const RATE: u64 = 48_000;
/// Samples of 20 ms: the least between two packets.
const STEP: u32 = 960;

/// How numbers and times of packets are moved.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// What is passed on: who, and which time that they speak.
    of: Option<(u64, u64)>,
    from_number: u64,
    from_time: u32,
    to_number: u64,
    to_time: u32,
    last: Option<(u64, u32, Instant)>,
}

/// A packet's place in the stream that a listener gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) number: u64,
    pub(crate) time: u32,
    /// The first of someone's words (the marker bit, RFC 3551 section 4.1).
    pub(crate) is_first: bool,
}

impl Line {
    /// Where the packet `number`, `time` of speaker and spurt `of` goes; none for one that is older than the change to them.
    pub(crate) fn place(&mut self, of: (u64, u64), number: u64, time: u32, now: Instant) -> Option<Place> {
        let is_first = self.of != Some(of);
        if is_first {
            (self.of, self.from_number, self.from_time) = (Some(of), number, time);
            (self.to_number, self.to_time) = match self.last {
                None => (1, 0),
                Some((number, time, at)) => {
                    let gone = now.saturating_duration_since(at).as_micros();
                    let samples = u64::try_from(gone).unwrap_or(u64::MAX).saturating_mul(RATE) / 1_000_000;
                    // Wraps, as RTP's time does.
                    let samples = u32::try_from(samples & u64::from(u32::MAX)).unwrap_or(STEP);
                    (number + 1, time.wrapping_add(samples.max(STEP)))
                }
            };
        }
        let number = self.to_number + number.checked_sub(self.from_number)?;
        let time = self.to_time.wrapping_add(time.wrapping_sub(self.from_time));
        if self.last.is_none_or(|(last, ..)| number > last) {
            self.last = Some((number, time, now));
        }
        Some(Place { number, time, is_first })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Line, Place};

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any beginning does")]
    fn speakers_after_one_another_are_one_stream_and_losses_stay_visible() {
        let begin = Instant::now();
        let mut line = Line::default();
        let at = |ms| begin + Duration::from_millis(ms);
        assert_eq!(line.place((1, 1), 40_000, 7_000, at(0)), Some(Place { number: 1, time: 0, is_first: true }));
        assert_eq!(line.place((1, 1), 40_002, 8_920, at(40)), Some(Place { number: 3, time: 1_920, is_first: false }), "one was lost");
        assert_eq!(line.place((1, 1), 40_001, 7_960, at(41)), Some(Place { number: 2, time: 960, is_first: false }), "it was only late");
        assert_eq!(line.place((2, 1), 9, u32::MAX, at(1_040)), Some(Place { number: 4, time: 1_920 + 48_000, is_first: true }));
        assert_eq!(line.place((2, 1), 8, 0, at(1_041)), None, "from before the change");
        assert_eq!(line.place((2, 1), 10, 959, at(1_060)), Some(Place { number: 5, time: 1_920 + 48_960, is_first: false }), "time wraps");
    }
}
