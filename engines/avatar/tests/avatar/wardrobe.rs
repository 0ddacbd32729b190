//! Figures to test with.

use sala_avatar::{Choices, catalogue};
use serde_json::Value;

/// A seed as a persona would have it: 32 even bytes.
pub(crate) fn seed(number: u64) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(number.to_be_bytes()).into()
}

/// Choices from the number of an answer for each question (taken round its list).
pub(crate) fn chosen(answers: &[usize]) -> Choices {
    let questions = catalogue();
    let fields = questions.iter().zip(answers).map(|(question, at)| {
        let answer = &question.options[at % question.options.len()];
        (question.key.to_owned(), Value::from(answer.value))
    });
    serde_json::from_value(Value::Object(fields.collect())).unwrap()
}

/// Figures in which every answer to every question occurs, each time with other neighbours: 40 of them.
pub(crate) fn every_option() -> Vec<Choices> {
    (0..40_usize)
        .map(|round| {
            let answers: Vec<usize> = (0..catalogue().len()).map(|question| round + question * (1 + round / 20)).collect();
            chosen(&answers)
        })
        .collect()
}
