//! What one speaker says in one go, for a speech server: packets of Opus as they came, put into Ogg (RFC 7845) without being decoded.

use std::{collections::BTreeMap, io, sync::Arc};

use ogg::{PacketWriteEndInfo, PacketWriter};

/// Samples in a second, whatever it was recorded with (RFC 7845 section 4).
const RATE: u32 = 48_000;
/// An utterance ends when it is so long, in samples: 12 s.
const LONGEST: u64 = 12 * 48_000;
/// And when it is so large, in bytes: more than twelve seconds of any voice.
const LARGEST: usize = 256 * 1_024;
/// A larger packet is none of one voice: six frames of 1,275 bytes (RFC 6716 section 3.2.1), and what is before them.
const LARGEST_PACKET: usize = 7_664;
/// A longer pause is no gap but another beginning: 1 s.
const LONGEST_GAP: u32 = RATE;
/// Numbers the only stream of a file (RFC 3533 section 4).
const SERIAL: u32 = 1;
/// A page holds a second at most, so that a reader may begin early.
const PAGE: u64 = 48_000;

/// Samples (48 kHz) of one frame of a packet that begins with `toc` (RFC 6716 section 3.1).
fn frame_samples(toc: u8) -> u32 {
    let config = toc >> 3;
    let sizes: [u32; 4] = match config {
        0..12 => [480, 960, 1_920, 2_880],
        12..16 => [480, 960, 480, 960],
        _ => [120, 240, 480, 960],
    };
    sizes.get(usize::from(config & 3)).copied().unwrap_or(960)
}

/// How long a packet of Opus is, in samples of 48 kHz, by its first two bytes (RFC 6716 sections 3.1 and 3.2); none: it is no packet of Opus.
pub fn samples(opus: &[u8]) -> Option<u32> {
    let toc = *opus.first()?;
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        // Six bits say how many; 120 ms are the most.
        _ => u32::from(opus.get(1)? & 0x3f),
    };
    let samples = frame_samples(toc) * frames;
    (1..=5_760).contains(&samples).then_some(samples)
}

#[derive(Debug)]
struct Packet {
    time: u32,
    samples: u32,
    opus: Arc<[u8]>,
}

/// Packets of one speaker, sorted by number.
#[derive(Debug, Default)]
pub struct Utterance {
    packets: BTreeMap<u64, Packet>,
    samples: u64,
    bytes: usize,
    /// From the first to the last, pauses and all, in samples.
    span: u64,
    newest: Option<(u64, u32)>,
}

impl Utterance {
    /// Adds a packet that [`crate::Output::Copied`] brought: its number, when it was recorded (samples of 48 kHz, wraps), and Opus. What is no
    /// packet of Opus, or was added already, is left out. True: it is as long as it may be, and the next packet belongs to another.
    pub fn add(&mut self, number: u64, time: u32, opus: Arc<[u8]>) -> bool {
        let Some(samples) = samples(&opus).filter(|_| opus.len() <= LARGEST_PACKET) else { return false };
        if self.packets.contains_key(&number) {
            return false;
        }
        if self.newest.is_none_or(|(newest, _)| number > newest) {
            if let Some((_, before)) = self.newest {
                self.span += u64::from(time.wrapping_sub(before).min(LONGEST_GAP));
            }
            self.newest = Some((number, time));
        }
        self.samples += u64::from(samples);
        self.bytes += opus.len();
        self.packets.insert(number, Packet { time, samples, opus });
        self.samples >= LONGEST || self.span >= LONGEST || self.bytes >= LARGEST
    }

    /// Nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    /// A file of Ogg Opus (RFC 7845): mono, or stereo if any packet is. Where packets are missing up to a second long, such as ask the decoder
    /// to conceal the gap stand for them (section 4.1), so that times stay right.
    pub fn ogg(&self) -> Vec<u8> {
        // Memory takes all that is written.
        self.write().unwrap_or_default()
    }

    fn write(&self) -> io::Result<Vec<u8>> {
        let mut writer = PacketWriter::new(Vec::with_capacity(self.bytes + self.bytes / 16 + 512));
        writer.write_packet(self.head(), SERIAL, PacketWriteEndInfo::EndPage, 0)?;
        writer.write_packet(tags(), SERIAL, PacketWriteEndInfo::EndPage, 0)?;
        let (mut granule, mut page) = (0_u64, 0_u64);
        let mut all = self.whole().into_iter().peekable();
        while let Some((bytes, samples)) = all.next() {
            granule += u64::from(samples);
            page += u64::from(samples);
            let end = match all.peek() {
                None => PacketWriteEndInfo::EndStream,
                Some(_) if page >= PAGE => PacketWriteEndInfo::EndPage,
                Some(_) => PacketWriteEndInfo::NormalPacket,
            };
            if page >= PAGE {
                page = 0;
            }
            writer.write_packet(bytes, SERIAL, end, granule)?;
        }
        Ok(writer.into_inner())
    }

    /// All packets and how long each is, with those that stand for what is missing.
    fn whole(&self) -> Vec<(Vec<u8>, u32)> {
        let mut whole = Vec::with_capacity(self.packets.len());
        let mut before: Option<(u32, u8)> = None;
        for packet in self.packets.values() {
            if let Some((due, toc)) = before {
                let gap = packet.time.wrapping_sub(due);
                if gap <= LONGEST_GAP {
                    let frame = frame_samples(toc);
                    // One frame without a byte: as the packet before, so that the decoder changes nothing.
                    whole.extend((0..gap / frame).map(|_| (vec![toc & !3], frame)));
                }
            }
            whole.push((packet.opus.to_vec(), packet.samples));
            before = packet.opus.first().map(|toc| (packet.time.wrapping_add(packet.samples), *toc));
        }
        whole
    }

    /// The identification header (RFC 7845 section 5.1). Nothing is skipped: what begins in the middle of a call has no beginning to skip.
    fn head(&self) -> Vec<u8> {
        let is_stereo = self.packets.values().any(|packet| packet.opus.first().is_some_and(|toc| toc & 4 != 0));
        let mut head = b"OpusHead".to_vec();
        head.extend([1, if is_stereo { 2 } else { 1 }, 0, 0]);
        head.extend(RATE.to_le_bytes());
        head.extend([0, 0, 0]);
        head
    }
}

/// The comment header (RFC 7845 section 5.2): who wrote it, and nothing about who spoke.
fn tags() -> Vec<u8> {
    let vendor = b"sala";
    let mut tags = b"OpusTags".to_vec();
    tags.extend(4_u32.to_le_bytes());
    tags.extend(vendor);
    tags.extend(0_u32.to_le_bytes());
    tags
}
