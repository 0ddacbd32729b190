//! The examples of the Token Status List specification.

use std::fs;

use sala_credential::status::{MAX_BYTES, StatusList};
use serde_json::Value;

use crate::shared::vectors;

/// Places of the 1-bit and 2-bit test vectors (appendix "Test Vectors for Status List encoding").
const AT: [u64; 11] = [0, 1993, 25460, 159_495, 495_669, 554_353, 645_645, 723_232, 854_545, 934_534, 1_000_345];

#[test]
fn the_examples_of_the_specification_are_unpacked() {
    let Some(folder) = vectors("statuslist/examples") else { return };
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with("_json.md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let json: String = text[text.find('{').unwrap()..].split_whitespace().collect();
        let json: Value = serde_json::from_str(&json).unwrap();
        let list = StatusList::from_json(&json, MAX_BYTES).unwrap();
        let again = StatusList::from_json(&list.to_json().unwrap(), MAX_BYTES).unwrap();
        assert_eq!(again, list, "{name}");
        if let Some(array) = text.split("byte_array = [").nth(1) {
            let bytes: Vec<u8> =
                array.split(']').next().unwrap().split(", ").map(|byte| u8::from_str_radix(&byte[2..], 16).unwrap()).collect();
            assert_eq!(list.as_bytes(), bytes, "{name}");
        }
        let set: Vec<(u64, u8)> =
            (0..list.size()).map(|index| (index, list.get(index).unwrap().value())).filter(|(_, value)| *value != 0).collect();
        println!("{name}: {} bits, {} places, {} not valid", list.bits(), list.size(), set.len());
        let expected = match (name.contains("long"), list.bits()) {
            (true, 1) => AT.map(|index| (index, 1)).to_vec(),
            (true, _) => AT.into_iter().zip([1, 2, 1, 3, 1, 1, 2, 1, 1, 2, 3]).collect(),
            (false, 4 | 8) => {
                // Each value but 0 is there once, at places that the specification chose by chance.
                let mut values: Vec<u8> = set.iter().map(|(_, value)| *value).collect();
                values.sort_unstable();
                assert_eq!(values, (1..=u8::MAX >> (8 - list.bits())).collect::<Vec<_>>(), "{name}");
                set.clone()
            }
            _ => set.clone(),
        };
        assert_eq!(set, expected, "{name}");
        assert!(list.size() == 1 << 20 || list.as_bytes().len() <= 3, "{name}");
        count += 1;
    }
    assert_eq!(count, 6);
}
