//! One client's connection.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, IceConnectionState, IceCreds, Input, Output as RtcOutput, Rtc, RtcConfig,
    change::SdpOffer,
    crypto::CryptoProvider,
    media::{Direction, Mid, Pt},
    rtp::{Extension, ExtensionValues, RtpPacket, RtpWrite, Ssrc},
};

use crate::{
    choice::Audible,
    crypto::Certificate,
    line::Line,
    sfu::{Output, PeerId, RoomId, SLOTS, VoiceError},
};

/// A voice is louder than so much, in dBov: a quiet room is at about -60, speech at -40 to -15.
const SPEECH_DB: f64 = -50.0;
/// Between words somebody still speaks, for so long.
const HANG: Duration = Duration::from_millis(600);
/// Of a new level so much goes into the mean; one comes with each packet of 20 ms.
const SHARE: f64 = 0.2;

/// How loud somebody is, by the levels that their packets state.
#[derive(Debug)]
pub(crate) struct Activity {
    pub(crate) level_db: f64,
    loud_at: Option<Instant>,
}

impl Activity {
    fn note(&mut self, level_db: f64, now: Instant) {
        self.level_db += SHARE * (level_db - self.level_db);
        if level_db > SPEECH_DB {
            self.loud_at = Some(now);
        }
    }

    pub(crate) fn is_speech(&self, now: Instant) -> bool {
        self.loud_at.is_some_and(|at| now.saturating_duration_since(at) < HANG)
    }

    /// When they no longer speak, if nothing louder comes.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.loud_at.map(|at| at + HANG)
    }
}

/// One of the streams to a client.
#[derive(Debug)]
struct Track {
    ssrc: Ssrc,
    pt: Pt,
    line: Line,
}

pub(crate) struct Peer {
    pub(crate) rtc: Rtc,
    pub(crate) room: RoomId,
    pub(crate) ufrag: String,
    pub(crate) sources: VecDeque<SocketAddr>,
    mic: Option<Mid>,
    tracks: Vec<Track>,
    pub(crate) slots: [Option<PeerId>; SLOTS],
    /// Whom it may hear, by id.
    pub(crate) audible: Vec<Audible>,
    /// Who gets this one's packets, and in which slot.
    pub(crate) audience: Vec<(PeerId, usize)>,
    pub(crate) activity: Activity,
    pub(crate) is_silenced: bool,
    pub(crate) is_copied: bool,
    /// Counts the times that it began to speak.
    pub(crate) spurt: u64,
    pub(crate) told_unheard: Option<Instant>,
    pub(crate) received: Instant,
    /// When str0m wants to be told the time, and for when that is noted: perhaps earlier.
    pub(crate) due: Instant,
    pub(crate) armed: Instant,
    pub(crate) is_over: bool,
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer").field("room", &self.room).field("slots", &self.slots).finish_non_exhaustive()
    }
}

/// An SDP offer of sound only, with a microphone at most and no more receivers than there are slots.
fn check(offer: &str) -> Result<(), VoiceError> {
    if offer.len() > VoiceError::LONGEST_OFFER {
        return Err(VoiceError::OfferTooLong);
    }
    let media: Vec<&str> = offer.lines().filter(|line| line.starts_with("m=")).collect();
    if media.is_empty() || media.len() > SLOTS + 1 || !media.iter().all(|line| line.starts_with("m=audio ")) {
        return Err(VoiceError::NotAudio);
    }
    Ok(())
}

impl Peer {
    /// Answers an offer. `random`: for the credentials of ICE.
    pub(crate) fn answer(
        room: RoomId,
        offer: &str,
        addresses: &[SocketAddr],
        certificate: &Certificate,
        crypto: &Arc<CryptoProvider>,
        random: &[u8; 32],
        now: Instant,
    ) -> Result<(Self, String), VoiceError> {
        check(offer)?;
        let unreadable = |fault: &dyn std::fmt::Display| VoiceError::Offer(fault.to_string());
        let offer = SdpOffer::from_sdp_string(offer).map_err(|fault| unreadable(&fault))?;
        // Four bits a letter; RFC 8445 section 5.3 asks for 24 and 128 bits.
        let letters: Vec<char> =
            random.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|half| char::from_digit(half.into(), 16)).collect();
        let (ufrag, pass) = letters.split_at_checked(16).unwrap_or_default();
        let (ufrag, pass): (String, String) = (ufrag.iter().collect(), pass.iter().collect());
        let credentials = IceCreds { ufrag: ufrag.clone(), pass };
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(Arc::clone(crypto))
            .set_dtls_cert(certificate.0.clone())
            .set_local_ice_credentials(credentials)
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .clear_extension_map()
            .set_extension(1, Extension::AudioLevel)
            .set_extension(4, Extension::RtpMid)
            .set_rtp_mode(true)
            .build(now);
        for address in addresses {
            let candidate = Candidate::host(*address, "udp").map_err(|fault| unreadable(&fault))?;
            rtc.add_local_candidate(candidate);
        }
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|fault| unreadable(&fault))?.to_sdp_string();
        // Silence costs next to nothing (RFC 7587 section 7): one packet in 400 ms.
        let answer = answer.replace("useinbandfec=1", "useinbandfec=1;usedtx=1;maxaveragebitrate=32000");
        let peer = Self {
            rtc,
            room,
            ufrag,
            sources: VecDeque::new(),
            mic: None,
            tracks: Vec::new(),
            slots: [None; SLOTS],
            audible: Vec::new(),
            audience: Vec::new(),
            activity: Activity { level_db: -127.0, loud_at: None },
            is_silenced: false,
            is_copied: false,
            spurt: 0,
            told_unheard: None,
            received: now,
            due: now,
            armed: now,
            is_over: false,
        };
        Ok((peer, answer))
    }

    /// Feeds one input; what comes of it goes to `out` and `heard`. Who breaks the protocol is over.
    pub(crate) fn take(&mut self, id: PeerId, input: Input<'_>, out: &mut VecDeque<Output>, heard: &mut VecDeque<(PeerId, RtpPacket)>) {
        if self.rtc.handle_input(input).is_err() {
            self.is_over = true;
        }
        self.drain(id, out, heard);
    }

    /// Polls until there is only time to wait for; str0m wants that after every change.
    pub(crate) fn drain(&mut self, id: PeerId, out: &mut VecDeque<Output>, heard: &mut VecDeque<(PeerId, RtpPacket)>) {
        while !self.is_over {
            match self.rtc.poll_output() {
                Ok(RtcOutput::Timeout(at)) => {
                    self.due = at;
                    return;
                }
                Ok(RtcOutput::Transmit(send)) => out.push_back(Output::Send { to: send.destination, bytes: send.contents.into() }),
                Ok(RtcOutput::Event(event)) => match event {
                    Event::RtpPacket(packet) => heard.push_back((id, packet)),
                    Event::MediaAdded(added) => self.added(added.mid, added.direction),
                    Event::Connected => out.push_back(Output::Connected { peer: id }),
                    Event::IceConnectionStateChange(IceConnectionState::Disconnected) | Event::Closed => self.is_over = true,
                    _ => {}
                },
                Err(_) => self.is_over = true,
            }
        }
    }

    /// A line of the offer was taken on; directions are ours.
    fn added(&mut self, mid: Mid, direction: Direction) {
        let Some(pt) = self.rtc.media(mid).and_then(|media| media.remote_pts().first().copied()) else { return };
        if direction.is_receiving() && self.mic.is_none() {
            self.mic = Some(mid);
        } else if direction.is_sending()
            && self.tracks.len() < SLOTS
            && let Some(ssrc) = self.rtc.direct_api().stream_tx_by_mid(mid, None).map(|stream| stream.ssrc())
        {
            self.tracks.push(Track { ssrc, pt, line: Line::default() });
        }
    }

    /// How many speakers it can take at once.
    pub(crate) fn most(&self) -> usize {
        self.tracks.len()
    }

    /// Notes how loud a packet of its microphone is. A client that states no level is taken as speaking.
    pub(crate) fn note(&mut self, packet: &RtpPacket, now: Instant) {
        let level = packet.header.ext_vals.audio_level.map_or(-30.0, f64::from);
        self.activity.note(level, now);
    }

    /// Writes a packet of `from` to one of its slots. False: it was older than the change to this speaker.
    pub(crate) fn pass(&mut self, slot: usize, from: PeerId, spurt: u64, packet: &RtpPacket, now: Instant) -> bool {
        let Some(track) = self.tracks.get_mut(slot) else { return false };
        let Some(place) = track.line.place((from.0, spurt), *packet.seq_no, packet.header.timestamp, now) else { return false };
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx(&track.ssrc) else { return false };
        let ExtensionValues { audio_level, voice_activity, .. } = packet.header.ext_vals;
        let levels = ExtensionValues { audio_level, voice_activity, ..ExtensionValues::default() };
        let write = RtpWrite::new(track.pt, place.number.into(), place.time, now, Arc::clone(&packet.payload));
        stream.write_rtp(write.marker(place.is_first).ext_vals(levels));
        true
    }
}
