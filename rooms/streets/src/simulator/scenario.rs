//! What is simulated: a street network and who wants to drive on it, as any SUMO scenario brings them.

use std::{
    fs,
    io::{Cursor, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use quick_xml::{
    Reader, Writer, XmlVersion,
    events::{BytesStart, Event},
};

use super::fault::Fault;

/// A file after unpacking: beyond it something is wrong with the file, not with the street.
const UNPACKED_LIMIT: u64 = 4 << 30;

/// A scenario and the time of day that is taken from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The network, `.net.xml` or `.net.xml.gz`.
    pub net: PathBuf,
    /// Routes, trips or flows.
    pub routes: Vec<PathBuf>,
    /// Additional files: vehicle types, stops, programs of signals.
    pub additional: Vec<PathBuf>,
    /// Begin in simulated seconds.
    pub begin_s: f64,
    /// End in simulated seconds.
    pub end_s: f64,
    /// Factor on the demand.
    pub scale: f64,
    /// Further arguments for SUMO, such as `--ignore-route-errors`.
    pub arguments: Vec<String>,
}

impl Scenario {
    /// The files exist and the times make sense.
    ///
    /// # Errors
    /// [`Fault::File`] or [`Fault::Arguments`], naming the first wrong one.
    pub fn check(&self) -> Result<(), Fault> {
        for path in [&self.net].into_iter().chain(&self.routes).chain(&self.additional) {
            fs::metadata(path).map_err(|cause| Fault::file(path, cause))?;
        }
        if !(self.begin_s.is_finite() && self.end_s.is_finite() && self.begin_s >= 0.0 && self.end_s > self.begin_s) {
            return Err(Fault::Arguments(format!("--end {} must lie after --begin {}, both in seconds from 0", self.end_s, self.begin_s)));
        }
        if !(self.scale.is_finite() && self.scale > 0.0) {
            return Err(Fault::Arguments(format!("--scale {} must be above 0", self.scale)));
        }
        Ok(())
    }
}

/// The bytes of a file, unpacked if it is a gzip file, whatever its name.
///
/// # Errors
/// [`Fault::File`].
pub fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let bytes = fs::read(path).map_err(|cause| Fault::file(path, cause))?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut unpacked = vec![];
    let read = MultiGzDecoder::new(Cursor::new(bytes)).take(UNPACKED_LIMIT).read_to_end(&mut unpacked);
    read.map_err(|cause| Fault::file(path, cause))?;
    Ok(unpacked)
}

/// Elements that make SUMO write into the folder of the scenario, which is not ours to write to.
const WRITERS: [&[u8]; 13] = [
    b"e1Detector",
    b"inductionLoop",
    b"instantInductionLoop",
    b"e2Detector",
    b"laneAreaDetector",
    b"e3Detector",
    b"entryExitDetector",
    b"edgeData",
    b"laneData",
    b"meandata",
    b"routeProbe",
    b"timedEvent",
    b"calibrator",
];

/// Copies an additional file into a folder with its outputs switched off and its other relative paths made whole. Gives the path that SUMO
/// is to read: the file itself where there was nothing to change.
///
/// # Errors
/// [`Fault::File`], [`Fault::Scenario`].
pub fn quiet(path: &Path, folder: &Path, number: usize) -> Result<PathBuf, Fault> {
    let whole = fs::canonicalize(path).map_err(|cause| Fault::file(path, cause))?;
    let bytes = read(&whole)?;
    let beside = whole.parent().unwrap_or(Path::new("/"));
    let Some(rewritten) = silenced(&bytes, beside).map_err(|why| Fault::scenario(path, why))? else { return Ok(whole) };
    let copy = folder.join(format!("additional-{number}.add.xml"));
    fs::write(&copy, rewritten).map_err(|cause| Fault::file(&copy, cause))?;
    Ok(copy)
}

/// The file with its outputs silenced, if it has any.
fn silenced(bytes: &[u8], beside: &Path) -> Result<Option<Vec<u8>>, String> {
    let mut reader = Reader::from_reader(bytes);
    let (mut writer, mut buffer, mut is_changed) = (Writer::new(vec![]), vec![], false);
    loop {
        let event = reader.read_event_into(&mut buffer).map_err(|fault| fault.to_string())?;
        let event = match event {
            Event::Eof => break,
            Event::Start(element) => Event::Start(changed(element, beside, &mut is_changed)?),
            Event::Empty(element) => Event::Empty(changed(element, beside, &mut is_changed)?),
            other => other,
        };
        writer.write_event(event).map_err(|fault| fault.to_string())?;
        buffer.clear();
    }
    Ok(is_changed.then(|| writer.into_inner()))
}

fn changed<'a>(element: BytesStart<'a>, beside: &Path, is_changed: &mut bool) -> Result<BytesStart<'a>, String> {
    let is_writer = WRITERS.contains(&element.name().as_ref());
    let mut rewritten = element.clone();
    rewritten.clear_attributes();
    let mut has_changed = false;
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|fault| fault.to_string())?;
        let names_file = matches!(attribute.key.as_ref(), b"file" | b"output" | b"dest" | b"href" | b"imgFile");
        if !names_file {
            rewritten.push_attribute(attribute);
            continue;
        }
        let named = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|fault| fault.to_string())?.into_owned();
        let path = match (is_writer, attribute.key.as_ref()) {
            (true, b"file" | b"output" | b"dest") => "/dev/null".to_owned(),
            _ if named.is_empty() => named,
            _ => beside.join(&named).display().to_string(),
        };
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        rewritten.push_attribute((key.as_str(), path.as_str()));
        has_changed = true;
    }
    *is_changed |= has_changed;
    Ok(if has_changed { rewritten } else { element })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_detector_writes_nothing_into_the_scenario() {
        let file = br#"<additional><e1Detector id="a&amp;b" lane="x_0" pos="23" file="out.xml"/><rerouter id="r" file="ways.xml"><e/></rerouter></additional>"#;
        let text = String::from_utf8(silenced(file, Path::new("/street")).unwrap().unwrap()).unwrap();
        assert_eq!(
            text,
            r#"<additional><e1Detector id="a&amp;b" lane="x_0" pos="23" file="/dev/null"/><rerouter id="r" file="/street/ways.xml"><e/></rerouter></additional>"#
        );
    }

    #[test]
    fn a_file_without_outputs_stays_as_it_is() {
        assert_eq!(silenced(br#"<additional><vType id="bus"/></additional>"#, Path::new("/")).unwrap(), None);
    }

    #[test]
    fn a_packed_file_is_unpacked_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        let mut packer = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        packer.write_all(b"<net/>").unwrap();
        fs::write(&path, packer.finish().unwrap()).unwrap();
        assert_eq!(read(&path).unwrap(), b"<net/>");
        fs::write(&path, b"<net/>").unwrap();
        assert_eq!(read(&path).unwrap(), b"<net/>");
    }
}
