//! The same choices give the same bytes, forever. If this fails, a figure that somebody chose has changed: that is a new version of the
//! engine, and a line in the CHANGELOG. `SALA_UPDATE=1` prints the new hashes.

use sala_avatar::{Choices, Lod, render};
use sha2::{Digest, Sha256};

use crate::wardrobe::seed;

const GOLDEN: [(u64, &str, &str); 5] = [
    (1, "e5e4ed343f2a0796d251b9fec2f03353", "1bd6fade553562a76d3fc258cfb466ee"),
    (2, "180bfd5fe898a4edb1263fb35050898e", "84082a23f35ca94b31ff19f9426d8175"),
    (3, "2a96eca69bb54ad8adfa8b4369027acd", "c0ff06d12584577519f25bba1978f27f"),
    (5, "8a8084a9c32e009d35f3081b63f93f35", "ce622c4db542e0c319c9ae3843abb6eb"),
    (8, "5008190e09568567248277e1ffb16a78", "c132384f588a49cd8290ed7800b4ae8c"),
];

fn hash(number: u64, lod: Lod) -> String {
    hex::encode(&Sha256::digest(render(&Choices::from_seed(&seed(number)), lod, None))[..16])
}

#[test]
fn a_seed_has_the_same_figure_forever() {
    let now = GOLDEN.map(|(number, _, _)| (number, hash(number, Lod::Full), hash(number, Lod::Simple)));
    if std::env::var_os("SALA_UPDATE").is_some() {
        for (number, full, simple) in &now {
            println!("    ({number}, \"{full}\", \"{simple}\"),");
        }
    }
    for ((number, full, simple), expected) in now.iter().zip(GOLDEN) {
        assert_eq!((*number, full.as_str(), simple.as_str()), expected);
    }
}
