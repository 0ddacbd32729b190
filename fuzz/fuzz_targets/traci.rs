//! Answers of a simulator: read or refused, and what they hold can be asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_signals::traci::{self, Reply, Request};

fuzz_target!(|bytes: &[u8]| {
    if let Some(prefix) = bytes.first_chunk() {
        let _ = traci::body_length(*prefix);
    }
    for reply in traci::replies(bytes).unwrap_or_default() {
        if let Reply::Value { domain, variable, object, value } = reply {
            let _ = traci::controlled_links(&value);
            let _ = traci::logics(&value);
            // What was read can be sent, and is read again as it was.
            let mut request = Request::new();
            let message = request.set(domain, variable, &object, &value).to_bytes().unwrap();
            let length = traci::body_length(*message.first_chunk().unwrap()).unwrap();
            assert_eq!(length, message.len() - traci::PREFIX);
        }
    }
});
