//! Where the street networks are.

use std::{env, fs, io::Read, path::PathBuf, sync::Arc};

use flate2::read::GzDecoder;
use sala_signals::{Intergreen, Layout, Network};

/// How far cameras see in these tests, m.
pub(crate) const RANGE_M: f64 = 200.0;

/// Networks that are part of the repository: a crossing with pedestrians, and a left-hand pair of which one signal stands over two junctions.
pub(crate) const OWN: [(&str, &str); 2] =
    [("cross", include_str!("../data/cross.net.xml")), ("pair", include_str!("../data/pair.net.xml"))];

/// Networks of real streets beside the repository.
const REAL: [(&str, &str, Option<&str>); 8] = [
    ("bangkok_onnut", "bangkok_onnut/onnut.net.xml.gz", None),
    ("bologna_acosta", "bologna_acosta/acosta_buslanes.net.xml", Some("bologna_acosta/acosta_tls.add.xml")),
    ("cologne1", "cologne1/cologne1.net.xml", None),
    ("cologne3", "cologne3/cologne3.net.xml", None),
    ("cologne8", "cologne8/cologne8.net.xml", None),
    ("grid4x4", "grid4x4/grid4x4.net.xml", None),
    ("ingolstadt1", "ingolstadt1/ingolstadt1.net.xml", None),
    ("ingolstadt7", "ingolstadt7/ingolstadt7.net.xml", None),
];

/// A file of `traffic`, unpacked: below `$SALA_SHARED`, or below a folder `shared` beside one of our own ancestors. `None`, with a word on the
/// output, if it is not there: a newcomer's tests must not fail for want of it.
pub(crate) fn traffic(path: &str) -> Option<String> {
    let set = env::var_os("SALA_SHARED").map(PathBuf::from);
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let beside = here.ancestors().map(|folder| folder.join("shared"));
    let found = set.into_iter().chain(beside).map(|shared| shared.join("data/traffic").join(path)).find(|path| path.exists());
    let Some(found) = found else {
        println!("skipped: no network at data/traffic/{path} (set SALA_SHARED to the folder that has it)");
        return None;
    };
    let bytes = fs::read(found).unwrap();
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        return Some(text);
    }
    Some(String::from_utf8(bytes).unwrap())
}

/// All networks that are there, with their additional programs.
pub(crate) fn networks() -> Vec<(&'static str, Network)> {
    let own = OWN.iter().map(|(name, text)| (*name, Network::read(text, RANGE_M).unwrap()));
    let real = REAL.iter().filter_map(|(name, path, more)| {
        let mut network = Network::read(&traffic(path)?, RANGE_M).unwrap();
        if let Some(more) = more {
            network.add_programs(&traffic(more)?).unwrap();
        }
        Some((*name, network))
    });
    own.chain(real).collect()
}

pub(crate) fn layout(name: &str, intergreen: Intergreen) -> Arc<Layout> {
    let (_, text) = OWN.iter().find(|(own, _)| *own == name).unwrap();
    Arc::new(Layout::new(Network::read(text, RANGE_M).unwrap(), intergreen))
}
