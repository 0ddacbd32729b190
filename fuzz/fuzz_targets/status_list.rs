//! A status list is unpacked within its bound, and says the same after it was packed again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_credential::status::{Status, StatusList};

const LIMIT: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(json) = serde_json::from_slice(bytes)
        && let Ok(mut list) = StatusList::from_json(&json, LIMIT)
    {
        assert!(list.as_bytes().len() <= LIMIT);
        assert_eq!(StatusList::from_json(&list.to_json().unwrap(), LIMIT).unwrap(), list);
        assert!(list.get(list.size()).is_err());
        if let Some(last) = list.size().checked_sub(1) {
            list.set(last, Status::Invalid).unwrap();
            assert_eq!(list.get(last), Ok(Status::Invalid));
        }
    }
    for bits in [1, 2, 4, 8] {
        if let Ok(list) = StatusList::from_bytes(bits, bytes.to_vec()) {
            assert_eq!(StatusList::from_json(&list.to_json().unwrap(), bytes.len()).unwrap(), list);
        }
    }
});
