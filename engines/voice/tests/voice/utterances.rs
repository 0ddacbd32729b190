//! What goes to a speech server, read by others: the pages by a parser of the test's own (RFC 3533), the sound by libsndfile and libopus.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use proptest::prelude::*;
use sala_voice::{Utterance, utterance::samples};

/// A page as its header says it.
struct Page {
    flags: u8,
    granule: u64,
    number: u32,
    /// Whole packets, and whether the last one goes on.
    bodies: Vec<(Vec<u8>, bool)>,
}

/// CRC-32 of RFC 3533 section 6: generator 0x04c11db7, from 0, nothing reflected.
fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| if crc & 1 << 31 == 0 { crc << 1 } else { crc << 1 ^ 0x04c1_1db7 })
    })
}

fn pages(mut ogg: &[u8]) -> Vec<Page> {
    let mut pages = vec![];
    while !ogg.is_empty() {
        assert_eq!(&ogg[..5], b"OggS\0");
        let count = usize::from(ogg[26]);
        let lacing = &ogg[27..27 + count];
        let size = lacing.iter().map(|each| usize::from(*each)).sum::<usize>();
        let whole = &ogg[..27 + count + size];
        let mut unsigned = whole.to_vec();
        unsigned[22..26].fill(0);
        assert_eq!(crc(&unsigned), u32::from_le_bytes(whole[22..26].try_into().unwrap()), "the checksum of page {}", pages.len());
        let mut bodies = vec![];
        let (mut body, mut at) = (vec![], 27 + count);
        for (place, each) in lacing.iter().enumerate() {
            body.extend_from_slice(&whole[at..at + usize::from(*each)]);
            at += usize::from(*each);
            if *each < 255 || place + 1 == count {
                bodies.push((std::mem::take(&mut body), *each == 255));
            }
        }
        pages.push(Page {
            flags: ogg[5],
            granule: u64::from_le_bytes(ogg[6..14].try_into().unwrap()),
            number: u32::from_le_bytes(ogg[18..22].try_into().unwrap()),
            bodies,
        });
        ogg = &ogg[27 + count + size..];
    }
    pages
}

/// All packets, headers and all; checks what RFC 3533 and RFC 7845 ask of pages.
fn packets(ogg: &[u8]) -> Vec<Vec<u8>> {
    read(ogg, false)
}

/// The same of a file whose last packet may end later than its sound (RFC 7845 section 4.4).
fn read(ogg: &[u8], may_be_trimmed: bool) -> Vec<Vec<u8>> {
    let pages = pages(ogg);
    let (mut all, mut open, mut granule): (Vec<Vec<u8>>, Option<Vec<u8>>, u64) = (vec![], None, 0);
    for (place, page) in pages.iter().enumerate() {
        assert_eq!(page.number as usize, place);
        assert_eq!(page.flags & 2 != 0, place == 0, "only the first begins the stream");
        assert_eq!(page.flags & 4 != 0, place + 1 == pages.len(), "only the last ends it");
        assert_eq!(page.flags & 1 != 0, open.is_some(), "a page that goes on with a packet says so");
        let mut ends = false;
        for (body, goes_on) in &page.bodies {
            let mut whole = open.take().unwrap_or_default();
            whole.extend_from_slice(body);
            if *goes_on {
                open = Some(whole);
            } else {
                if all.len() >= 2 {
                    granule += u64::from(samples(&whole).unwrap());
                }
                all.push(whole);
                ends = true;
            }
        }
        if !(may_be_trimmed && page.flags & 4 != 0) {
            assert_eq!(page.granule, if ends { granule } else { u64::MAX }, "samples up to the end of the page");
        }
    }
    assert!(open.is_none());
    assert_eq!((&all[0][..8], all[0].len(), &all[1][..8]), (&b"OpusHead"[..], 19, &b"OpusTags"[..]));
    assert_eq!((pages[0].bodies.len(), pages[1].bodies.len()), (1, 1), "each header has a page of its own");
    all
}

fn said(packets: impl IntoIterator<Item = (u64, u32, Vec<u8>)>) -> Utterance {
    let mut utterance = Utterance::default();
    for (number, time, opus) in packets {
        utterance.add(number, time, opus.into());
    }
    utterance
}

/// 20 ms of CELT, wide band, mono.
const CELT: u8 = 31 << 3;

#[test]
fn packets_are_passed_on_byte_for_byte_and_sorted() {
    let packet = |number: u8| vec![CELT, number, 1, 2];
    let out_of_order = [1, 3, 2, 3, 4].map(|number| (u64::from(number), u32::from(number) * 960, packet(number)));
    assert_eq!(packets(&said(out_of_order).ogg())[2..], [1, 2, 3, 4].map(packet));
}

#[test]
fn what_was_lost_or_not_sent_in_silence_is_asked_to_be_concealed() {
    let voice = vec![CELT | 1, 9, 9];
    // 40 ms each; 80 ms are missing, and later 400 ms of silence were not sent. The clock wraps meanwhile.
    let start = u32::MAX - 960;
    let times = [0, 1_920, 1_920 * 2 + 3_840, 1_920 * 3 + 3_840 + 19_200];
    let all = packets(&said(times.iter().zip(1..).map(|(time, number)| (number, start.wrapping_add(*time), voice.clone()))).ogg());
    let concealed = |count: usize| vec![vec![CELT]; count];
    let expected: Vec<Vec<u8>> =
        [vec![voice.clone(), voice.clone()], concealed(4), vec![voice.clone()], concealed(20), vec![voice]].into_iter().flatten().collect();
    assert_eq!(all[2..], expected[..]);
}

#[test]
fn a_clock_that_leaps_makes_no_hour_of_silence() {
    let all = packets(&said([(1, 0, vec![CELT, 1]), (2, 900_000_000, vec![CELT, 1]), (3, 5, vec![CELT, 1])]).ogg());
    assert_eq!(all.len(), 5);
}

#[test]
fn an_utterance_is_full_after_twelve_seconds_however_it_is_counted() {
    let until_full = |step: u32, opus: &[u8]| {
        let mut utterance = Utterance::default();
        (0..100_000_u32).find(|at| utterance.add(u64::from(*at), at.wrapping_mul(step), opus.into())).unwrap() + 1
    };
    assert_eq!(until_full(960, &[CELT, 1]), 600, "20 ms each");
    assert_eq!(until_full(19_200, &[CELT, 1]), 31, "one in 400 ms");
    assert_eq!(until_full(0, &[CELT, 1]), 600, "a clock that stands still");
    assert_eq!(until_full(120, &[vec![28 << 3], vec![0; 1_200]].concat()), 219, "256 KiB");
}

#[test]
fn what_is_no_opus_is_left_out() {
    let huge = [vec![CELT | 3, 6], vec![0; 70_000]].concat();
    for none in [vec![], vec![CELT | 3], vec![CELT | 3, 0], vec![3 << 3 | 3, 63], huge] {
        assert!(said([(1, 0, none)]).is_empty());
    }
    let all = packets(&said([(1, 0, vec![CELT, 1]), (2, 960, vec![CELT | 3, 0]), (3, 1_920, vec![CELT, 2])]).ogg());
    assert_eq!(all[2..], [vec![CELT, 1], vec![CELT], vec![CELT, 2]], "and is concealed");
}

#[test]
fn a_stereo_packet_makes_the_file_stereo() {
    assert_eq!(packets(&said([(1, 0, vec![CELT, 1])]).ogg())[0][9], 1);
    assert_eq!(packets(&said([(1, 0, vec![CELT, 1]), (2, 960, vec![CELT | 4, 1])]).ogg())[0][9], 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_packets_make_a_file_with_valid_pages(
        given in proptest::collection::vec((0..400_u64, any::<u32>(), proptest::collection::vec(any::<u8>(), 0..1_500)), 1..60),
        steps in any::<bool>(),
    ) {
        let mut utterance = Utterance::default();
        for (number, time, opus) in given {
            let time = if steps { u32::try_from(number).unwrap() * 960 } else { time };
            utterance.add(number, time, Arc::from(opus));
        }
        prop_assume!(!utterance.is_empty());
        packets(&utterance.ogg());
    }
}

/// Runs Python with libsndfile (PyPI `soundfile`); none: it is not here.
fn python(code: &str, input: &[u8]) -> Option<Vec<u8>> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python");
    let has = |python: &Path| Command::new(python).args(["-c", "import soundfile, numpy"]).output().is_ok_and(|run| run.status.success());
    if !has(&python) {
        println!("skipped: no libsndfile to hear it with (scripts/install pypi voice soundfile numpy)");
        return None;
    }
    let code = format!("import io, sys, numpy as np, soundfile as sf\n{code}");
    let mut run = Command::new(python).args(["-c", &code]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = run.stdin.take().unwrap();
    stdin.write_all(input).unwrap();
    drop(stdin);
    let done = run.wait_with_output().unwrap();
    assert!(done.status.success());
    Some(done.stdout)
}

/// A second of 440 Hz and a second of 660 Hz, as libopus encodes it.
const SING: &str = "
t = np.arange(48000) / 48000
sound = 0.4 * np.concatenate([np.sin(2 * np.pi * hertz * t) for hertz in (440, 660)])
out = io.BytesIO()
sf.write(out, sound, 48000, format='OGG', subtype='OPUS')
sys.stdout.buffer.write(out.getvalue())
";
/// Samples, channels, and the loudest tone of each half second, in Hz.
const HEAR: &str = "
sound, rate = sf.read(io.BytesIO(sys.stdin.buffer.read()), always_2d=True)
def tone(part):
    return round(np.argmax(np.abs(np.fft.rfft(part * np.hanning(len(part))))) * rate / len(part))
halves = [tone(sound[at:at + rate // 2, 0]) for at in range(0, len(sound) - rate // 2 + 1, rate // 2)]
print(rate, len(sound), sound.shape[1], *halves)
";

fn heard(ogg: &[u8]) -> Vec<u64> {
    let told = String::from_utf8(python(HEAR, ogg).unwrap()).unwrap();
    told.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

#[test]
fn libopus_hears_what_was_said_and_a_loss_does_not_move_the_rest() {
    let Some(file) = python(SING, &[]) else { return };
    let sung: Vec<Vec<u8>> = read(&file, true)[2..].to_vec();
    let mut time = 0;
    let timed: Vec<(u64, u32, Vec<u8>)> = (1..)
        .zip(sung)
        .map(|(number, opus)| {
            time += samples(&opus).unwrap();
            (number, time, opus)
        })
        .collect();
    let near = |hertz: u64, expected: u64| assert!(hertz.abs_diff(expected) <= 4, "{hertz} Hz, not {expected}");

    let whole = heard(&said(timed.clone()).ogg());
    assert_eq!((whole[0], whole[1], whole[2]), (48_000, u64::from(time), 1), "every sample of every packet");
    for (hertz, expected) in whole[3..].iter().zip([440, 440, 660, 660]) {
        near(*hertz, expected);
    }

    // 600 ms were lost: as long as before, and what comes after stays where it was.
    let lossy = heard(&said(timed.into_iter().filter(|(number, ..)| !(16..46).contains(number))).ogg());
    assert_eq!(lossy[1], u64::from(time));
    near(lossy[5], 660);
    near(lossy[6], 660);
}
