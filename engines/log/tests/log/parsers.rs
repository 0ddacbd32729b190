//! No parser panics, and what one accepts is written back byte for byte.

use proptest::prelude::*;
use sala_log::{
    Checkpoint, Frontier, Note, NoteSignature, Policy, SignerKey, TlogProof, VerifierKey,
    tile::{TilePath, encode_entries, parse_entries, tile_hashes},
    witness::{AddCheckpoint, cosignatures_in_reply, size_in_conflict},
};

/// Every parser of the crate on the same bytes.
fn parse_as_everything(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
    }
    if let Ok(entries) = parse_entries(bytes) {
        assert_eq!(encode_entries(entries).unwrap(), bytes);
    }
    if let Ok(frontier) = Frontier::from_bytes(bytes) {
        assert_eq!(frontier.to_bytes(), bytes);
        let mut frontier = frontier;
        frontier.push([0; 32]);
        assert_ne!(frontier.root(), [0; 32]);
    }
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
    }
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
    }
    if let Ok(policy) = Policy::parse(bytes) {
        assert_eq!(Policy::parse(policy.to_string().as_bytes()).unwrap(), policy);
    }
    if let Ok(hashes) = tile_hashes(bytes) {
        assert_eq!(hashes.concat(), bytes);
    }
    let _ = cosignatures_in_reply(bytes, "text\n", &[]);
    let _ = size_in_conflict(bytes);
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(path) = TilePath::parse(text) {
        assert_eq!(path.to_string(), text);
    }
    if let Ok(signature) = NoteSignature::parse(text) {
        assert_eq!(signature.to_string(), text);
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = SignerKey::parse(text) {
        assert_eq!(key.format(), text);
    }
}

const PARTS: &[&str] = &[
    "c2sp.org/tlog-proof@v1\n",
    "extra AQ==\n",
    "index 0\n",
    "index 7\n",
    "old 0\n",
    "old 7\n",
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "example.com/foo\n",
    "0\n",
    "7\n",
    "\n",
    "\n\n",
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
    "log example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
    "group g any w\n",
    "quorum none\n",
    "tile/",
    "entries/",
    "0/",
    "x001/",
    "067",
    ".p/",
    "5",
    "PRIVATE+KEY+",
    "+",
    "—",
    " ",
];

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parse_as_everything(&bytes);
    }

    #[test]
    fn arbitrary_text_does_no_harm(text in "\\PC{0,200}") {
        parse_as_everything(text.as_bytes());
    }

    #[test]
    fn parts_of_formats_in_any_order_do_no_harm(
        parts in prop::collection::vec(prop::sample::select(PARTS), 0..14),
    ) {
        parse_as_everything(parts.concat().as_bytes());
    }

    #[test]
    fn any_frontier_that_is_read_is_written_back(size in 0_u64..1 << 62, fill: u8) {
        let hashes = usize::try_from(size.count_ones()).unwrap() * 32;
        let bytes = [size.to_be_bytes().as_slice(), &vec![fill; hashes]].concat();
        prop_assert_eq!(Frontier::from_bytes(&bytes).unwrap().to_bytes(), bytes.clone());
        parse_as_everything(&bytes);
    }

    #[test]
    fn any_entries_are_read_as_they_were_written(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..257),
    ) {
        let bytes = encode_entries(entries.iter().map(Vec::as_slice)).unwrap();
        prop_assert_eq!(parse_entries(&bytes).unwrap(), entries);
    }
}
