//! The speech server: the sound of one utterance goes out, a line of text comes back. It is asked by the API for transcriptions that OpenAI
//! defined and whisper.cpp, speaches and vLLM answer. Neither is kept, here or in the log.

use std::{fmt, net::IpAddr, time::Duration};

use sala_core::{
    problem::{INVALID, Problem},
    text::{Lang, Text},
};
use serde::Deserialize;
use ureq::{
    Agent,
    config::Config,
    http::Uri,
    unversioned::multipart::{Form, Part},
};

/// A caption that comes later is of no use.
const TIME_OUT: Duration = Duration::from_secs(20);
/// The most bytes of an answer.
const MOST_BYTES: u64 = 64 * 1_024;
/// The most characters of a caption: nobody says more in twelve seconds.
const LONGEST_TEXT: usize = 500;

/// Which speech server a hall asks.
#[derive(Clone)]
pub struct SpeechConfig {
    /// Its address without `/v1/audio/transcriptions`.
    pub url: String,
    /// The name of the model, as the server calls it.
    pub model: String,
    /// Sent as a bearer token, if the server asks for one.
    pub key: Option<String>,
    /// Who runs it, as people are told.
    pub operator: Text,
}

impl fmt::Debug for SpeechConfig {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpeechConfig").field("url", &self.url).field("model", &self.model).finish_non_exhaustive()
    }
}

/// Why there is no text; says nothing of what was said.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpeechError {
    #[error("the speech server could not be asked: {0}")]
    Unreachable(Box<ureq::Error>),
    #[error("the speech server answered {0}")]
    Refused(u16),
    #[error("the speech server's answer has no `text`")]
    NoText,
}

impl From<ureq::Error> for SpeechError {
    fn from(fault: ureq::Error) -> Self {
        Self::Unreachable(Box::new(fault))
    }
}

/// A way to a speech server.
#[derive(Clone)]
pub(crate) struct Speech {
    agent: Agent,
    url: String,
    model: String,
    bearer: Option<String>,
}

#[derive(Deserialize)]
struct Transcription {
    text: String,
}

impl Speech {
    /// Asks nobody yet. Errors: the address is none, or voices would cross an open network unencrypted.
    pub(crate) fn new(config: &SpeechConfig) -> Result<Self, Problem> {
        let refused = |why: &str| INVALID.problem().at("--speech-url", why);
        let uri: Uri = config.url.parse().map_err(|_| refused("must be a URL such as https://speech.example"))?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| refused("must be a URL such as https://speech.example"))?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) || uri.query().is_some() {
            return Err(refused("must be an address only; the key of the server is SALA_SPEECH_KEY"));
        }
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_private(host) => {}
            _ => return Err(refused("must begin with https://; http:// is for this machine and private networks only")),
        }
        if config.operator.th.trim().is_empty() || config.operator.en.trim().is_empty() {
            return Err(INVALID.problem().at("--speech-operator", "must say who runs the speech server"));
        }
        // A redirect or a proxy would take a voice to somebody whom nobody was told of.
        let agent = Config::builder().timeout_global(Some(TIME_OUT)).http_status_as_error(false).max_redirects(0).proxy(None).build();
        Ok(Self {
            agent: agent.new_agent(),
            url: format!("{}/v1/audio/transcriptions", config.url.trim_end_matches('/')),
            model: config.model.clone(),
            bearer: config.key.as_ref().map(|key| format!("Bearer {key}")),
        })
    }

    /// What is said in a file of Ogg Opus, by one who most likely speaks `lang`; empty: nothing. Waits for the answer.
    pub(crate) fn text(&self, ogg: &[u8], lang: Lang) -> Result<String, SpeechError> {
        let sound = Part::bytes(ogg).file_name("speech.ogg").mime_str("audio/ogg")?;
        let form = Form::new().part("file", sound).text("model", &self.model).text("language", code(lang)).text("response_format", "json");
        let asked = self.agent.post(&self.url).header("accept", "application/json");
        let asked = self.bearer.iter().fold(asked, |asked, bearer| asked.header("authorization", bearer));
        let mut answer = asked.send(form)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(SpeechError::Refused(status));
        }
        let body = answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?;
        // What could not be read may be what was said: it is not told.
        let Transcription { text } = serde_json::from_slice(&body).map_err(|_| SpeechError::NoText)?;
        Ok(plain(&text))
    }
}

/// The language as ISO 639-1 names it.
pub(crate) fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Th => "th",
        Lang::En => "en",
    }
}

/// Is it this machine, or in a network that is nobody else's?
fn is_private(host: &str) -> bool {
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Err(_) => !host.contains('.') || host.ends_with(".internal"),
    }
}

/// One line without control characters and without those that turn the direction of what stands around it (Unicode Standard Annex 9).
fn plain(text: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let kept: String = text
        .chars()
        .filter(|letter| !turns(*letter))
        .map(|letter| if letter.is_control() || letter.is_whitespace() { ' ' } else { letter })
        .collect();
    let line = kept.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_TEXT {
        return line;
    }
    line.chars().take(LONGEST_TEXT - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use sala_core::text::Text;

    use super::{LONGEST_TEXT, Speech, SpeechConfig, is_private, plain};

    #[test]
    fn a_caption_is_one_short_line_that_turns_nothing_around_it() {
        assert_eq!(plain("  สวัสดี\r\n\tครับ\u{202e}\u{0}\u{1b}[31m "), "สวัสดี ครับ [31m");
        assert_eq!(plain("\u{2066}\n \u{feff}"), "");
        let long = plain(&"ก".repeat(9_000));
        assert_eq!((long.chars().count(), long.ends_with('…')), (LONGEST_TEXT, true));
    }

    #[test]
    fn voices_go_unencrypted_only_to_this_machine_and_private_networks() {
        for host in ["localhost", "127.0.0.1", "10.1.2.3", "192.168.0.9", "[::1]", "[fd00::1]", "speech", "speech.internal"] {
            assert!(is_private(host), "{host}");
        }
        for host in ["speech.example", "8.8.8.8", "[2001:db8::1]", "10.example"] {
            assert!(!is_private(host), "{host}");
        }
        let operator = Text::new("สำนักงาน", "Office");
        let ask = |url: &str, operator: &Text| {
            Speech::new(&SpeechConfig { url: url.into(), model: "m".into(), key: None, operator: operator.clone() }).is_ok()
        };
        for good in ["https://speech.example", "https://speech.example/whisper/", "http://127.0.0.1:8000"] {
            assert!(ask(good, &operator), "{good}");
        }
        for bad in
            ["", "speech", "ftp://localhost", "http://speech.example", "https://me:secret@speech.example", "https://speech.example?key=1"]
        {
            assert!(!ask(bad, &operator), "{bad}");
        }
        assert!(!ask("https://speech.example", &Text::new("", "Office")), "people are told who hears them");
    }
}
