//! The other end: a client without ears or a microphone, for tests, benches and bots. It offers one line to speak by and [`SLOTS`] to hear by,
//! as the hall's page does.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Instant};

use str0m::{
    Candidate, Event, Input, Output, Rtc, RtcConfig,
    change::{SdpAnswer, SdpPendingOffer},
    media::{Direction, MediaKind, Mid},
    net::{Protocol, Receive},
    rtp::{Extension, ExtensionValues, RtpWrite},
};

use crate::{
    crypto::{self, Certificate},
    sfu::{SLOTS, VoiceError},
};

/// A level above this is marked as speech (the V bit of RFC 6464), in dBov.
const SPEECH_DB: i8 = -50;

/// What a client sends or gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Send these bytes.
    Send {
        /// Where to.
        to: SocketAddr,
        /// The datagram.
        bytes: Vec<u8>,
    },
    /// The connection stands.
    Connected,
    /// A packet of sound came.
    Heard {
        /// In which slot.
        slot: usize,
        /// Its number in that slot.
        number: u64,
        /// Opus.
        opus: Arc<[u8]>,
    },
    /// The connection is over.
    Over,
}

/// A client.
pub struct Client {
    rtc: Rtc,
    address: SocketAddr,
    mic: Mid,
    ears: Vec<Mid>,
    pending: Option<SdpPendingOffer>,
    /// Packets that it has sent.
    number: u64,
    told: VecDeque<Told>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("address", &self.address).finish_non_exhaustive()
    }
}

fn fault(fault: &dyn std::fmt::Display) -> VoiceError {
    VoiceError::Offer(fault.to_string())
}

impl Client {
    /// One that sends from `address`, and its offer.
    ///
    /// # Errors
    /// The address is none to send from.
    pub fn new(address: SocketAddr, certificate: &Certificate, now: Instant) -> Result<(Self, String), VoiceError> {
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(Arc::new(crypto::provider()))
            .set_dtls_cert(certificate.0.clone())
            .clear_codecs()
            .enable_opus(true, false)
            .clear_extension_map()
            .set_extension(1, Extension::AudioLevel)
            .set_extension(4, Extension::RtpMid)
            .set_rtp_mode(true)
            .build(now);
        rtc.add_local_candidate(Candidate::host(address, "udp").map_err(|cause| fault(&cause))?);
        let mut api = rtc.sdp_api();
        let mic = api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        let ears = (0..SLOTS).map(|_| api.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None)).collect();
        let (offer, pending) = api.apply().ok_or_else(|| fault(&"nothing to offer"))?;
        let client = Self { rtc, address, mic, ears, pending: Some(pending), number: 0, told: VecDeque::new() };
        Ok((client, offer.to_sdp_string()))
    }

    /// Where it sends from.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes the answer to its offer.
    ///
    /// # Errors
    /// It is none, or the second.
    pub fn accept(&mut self, answer: &str) -> Result<(), VoiceError> {
        let answer = SdpAnswer::from_sdp_string(answer).map_err(|cause| fault(&cause))?;
        let pending = self.pending.take().ok_or_else(|| fault(&"answered before"))?;
        self.rtc.sdp_api().accept_answer(pending, answer).map_err(|cause| fault(&cause))?;
        self.drain();
        Ok(())
    }

    /// Takes a datagram.
    pub fn receive(&mut self, from: SocketAddr, bytes: &[u8], now: Instant) {
        if let Ok(receive) = Receive::new(Protocol::Udp, from, self.address, bytes) {
            self.take(Input::Receive(now, receive));
        }
    }

    /// Does what is due.
    pub fn advance(&mut self, now: Instant) {
        self.take(Input::Timeout(now));
    }

    /// Says a packet of Opus that begins at sample `time` (48 kHz), as loud as `level` (dBov, 0 to -127).
    pub fn say(&mut self, opus: &[u8], time: u32, level: i8, now: Instant) {
        let Some(pt) = self.rtc.media(self.mic).and_then(|media| media.remote_pts().first().copied()) else { return };
        self.number += 1;
        let levels = ExtensionValues { audio_level: Some(level), voice_activity: Some(level > SPEECH_DB), ..ExtensionValues::default() };
        let write = RtpWrite::new(pt, self.number.into(), time, now, opus).ext_vals(levels);
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(self.mic, None) {
            stream.write_rtp(write);
        }
        self.drain();
        self.take(Input::Timeout(now));
    }

    /// The next thing that it sends or gets.
    pub fn poll(&mut self) -> Option<Told> {
        self.told.pop_front()
    }

    fn take(&mut self, input: Input<'_>) {
        if self.rtc.handle_input(input).is_err() {
            self.told.push_back(Told::Over);
        }
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            let told = match self.rtc.poll_output() {
                Ok(Output::Timeout(_)) => return,
                Err(_) => return self.told.push_back(Told::Over),
                Ok(Output::Transmit(send)) => Told::Send { to: send.destination, bytes: send.contents.into() },
                Ok(Output::Event(Event::Connected)) => Told::Connected,
                Ok(Output::Event(Event::Closed)) => Told::Over,
                Ok(Output::Event(Event::RtpPacket(packet))) => {
                    let mid = self.rtc.direct_api().stream_rx(&packet.header.ssrc).map(|stream| stream.mid());
                    let Some(slot) = self.ears.iter().position(|ear| Some(*ear) == mid) else { continue };
                    Told::Heard { slot, number: *packet.seq_no, opus: packet.payload }
                }
                Ok(Output::Event(_)) => continue,
            };
            self.told.push_back(told);
        }
    }
}
