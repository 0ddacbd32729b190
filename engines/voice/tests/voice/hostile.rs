//! Bytes from anywhere: nothing panics, and nobody else's connection ends.

use proptest::prelude::*;
use sala_voice::{PeerId, RoomId, SLOTS, VoiceError};

use crate::network::Network;

#[test]
fn an_offer_of_something_else_is_refused() {
    let mut network = Network::new();
    let now = network.now;
    let mut ask = |offer: &str| network.sfu.join(PeerId(1), RoomId(1), offer, &[1; 32], now);
    assert_eq!(ask(&"a".repeat(VoiceError::LONGEST_OFFER + 1)), Err(VoiceError::OfferTooLong));
    assert_eq!(ask(""), Err(VoiceError::NotAudio));
    assert_eq!(ask("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"), Err(VoiceError::NotAudio));
    assert_eq!(ask(&format!("v=0\r\n{}", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(SLOTS + 2))), Err(VoiceError::NotAudio));
    assert!(matches!(ask("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"), Err(VoiceError::Offer(_))));
    assert!(!network.sfu.has(PeerId(1)));
}

#[test]
fn noise_from_anywhere_disturbs_nobody() {
    let (mut network, ids) = Network::gathering(2);
    let mut state = 9_u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    for round in 0..20_000_u32 {
        let mut bytes: Vec<u8> = (0..round % 90).map(|_| byte()).collect();
        if let Some(first) = bytes.first_mut() {
            // STUN, DTLS, RTP and RTCP alike.
            *first = [0, 1, 22, 128, 144, 129, *first][round as usize % 7];
        }
        // Addresses of nobody, and in turn those of both.
        let source = if round % 3 == 0 { network.clients[&ids[round as usize / 3 % 2]].address } else { "203.0.113.9:9".parse().unwrap() };
        network.sfu.receive(source, &bytes, network.now);
    }
    network.deliver();
    network.speak(ids[0], Some(-30));
    network.run(1_000);
    assert!(network.got(ids[1], ids[0]) >= 49 && network.gone.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_spoilt_offer_never_panics(cut in 0_usize..6_000, at in 0_usize..6_000, with in any::<char>(), twice in any::<bool>()) {
        let mut network = Network::new();
        let now = network.now;
        let offer = include_str!("chromium-offer.sdp").replace('\n', "\r\n");
        let mut letters: Vec<char> = offer.chars().collect();
        let place = at % letters.len();
        letters[place] = with;
        letters.truncate(cut.max(200));
        let spoilt: String = letters.iter().collect();
        let _ = network.sfu.join(PeerId(1), RoomId(1), &spoilt, &[1; 32], now);
        if twice {
            let _ = network.sfu.join(PeerId(1), RoomId(1), &offer, &[2; 32], now);
        }
        network.deliver();
    }
}
