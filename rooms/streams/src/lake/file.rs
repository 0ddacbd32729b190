//! One Parquet file: written aside by a thread of its own, hashed on the way, and put in its place
//! (many at a time) only when it is whole and on disk.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use parquet::{
    basic::{Compression, Encoding},
    data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        metadata::SortingColumn,
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::{parser::parse_message_type, types::ColumnPath},
};
use sala_core::problem::{INTERNAL, Problem, STORAGE};
use sha2::{Digest, Sha256};
use tokio::{sync::mpsc, task::JoinHandle};

use super::newest::Newest;

/// The columns. Feed and day stand in the path.
const SCHEMA: &str = "message observations {
    required binary series (STRING);
    required int64 at (TIMESTAMP(MICROS, true));
    required double value;
    required binary chunk (STRING);
}";

/// Values in a row group, at least, except the last.
const GROUP: usize = 131_072;

/// A file as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) sha256: [u8; 32],
}

enum Message {
    Series(String, Newest),
    End,
}

/// A file in the making. Dropped before its end, it vanishes.
pub(super) struct Writing {
    sender: mpsc::Sender<Message>,
    task: JoinHandle<Result<Written, Problem>>,
}

impl Writing {
    pub(super) fn start(path: PathBuf) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        Self { sender, task: tokio::task::spawn_blocking(move || write(&path, receiver)) }
    }

    /// Adds a series; they must come in order.
    pub(super) async fn add(&self, series: &str, values: Newest) {
        // What goes wrong is told at the end.
        let _ = self.sender.send(Message::Series(series.to_owned(), values)).await;
    }

    pub(super) async fn end(self) -> Result<Written, Problem> {
        let _ = self.sender.send(Message::End).await;
        self.task.await.map_err(|fault| INTERNAL.problem().because(fault))?
    }
}

/// A finished file that has still to get its name.
#[derive(Debug)]
pub(super) struct Aside {
    pub(super) from: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) name: String,
}

impl Aside {
    /// Gives it its name and takes others of the same day away.
    fn place(&self) -> io::Result<()> {
        fs::rename(&self.from, self.folder.join(&self.name))?;
        for entry in fs::read_dir(&self.folder)? {
            let other = entry?.file_name();
            let is_part = other.to_str().is_some_and(|other| other != self.name && other.starts_with("part-"));
            if is_part {
                fs::remove_file(self.folder.join(other))?;
            }
        }
        Ok(())
    }
}

/// Makes files durable, gives them their names, and makes those durable: in three sweeps, so that the disk is waited for seldom.
pub(super) fn place(lake: &Path, files: &[Aside]) -> Result<(), Problem> {
    for file in files {
        File::open(&file.from).and_then(|written| written.sync_all()).map_err(storage(&file.from))?;
    }
    for file in files {
        file.place().map_err(storage(&file.folder))?;
    }
    // Each name stands in the folder above it, that of the lake too.
    let within = |folder: &&Path| folder.starts_with(lake) || lake.parent() == Some(folder);
    let folders: BTreeSet<&Path> = files.iter().flat_map(|file| file.folder.ancestors().take_while(within)).collect();
    for folder in folders.into_iter().rev() {
        // A relative lake stands in the folder without a name.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(storage(folder))?;
    }
    Ok(())
}

fn storage(path: &Path) -> impl FnOnce(io::Error) -> Problem {
    move |fault| STORAGE.problem().because(format!("{}: {fault}", path.display()))
}

/// Counts and hashes what goes by.
struct Hashed {
    file: File,
    bytes: u64,
    hash: Sha256,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.file.write(bytes)?;
        self.hash.update(bytes.get(..taken).unwrap_or_default());
        self.bytes += crate::number::count(taken);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Rows that wait for their group to be full.
#[derive(Default)]
struct Rows {
    series: Vec<ByteArray>,
    at: Vec<i64>,
    value: Vec<f64>,
    chunk: Vec<ByteArray>,
}

impl Rows {
    fn add(&mut self, series: &str, values: Newest) {
        let chunks: Vec<ByteArray> = values.chunks.iter().map(|chunk| chunk.as_str().into()).collect();
        self.series.extend(std::iter::repeat_n(ByteArray::from(series), values.at.len()));
        self.chunk.extend(values.of.iter().filter_map(|place| chunks.get(*place).cloned()));
        self.at.extend(values.at);
        self.value.extend(values.value);
    }

    fn write(&mut self, writer: &mut SerializedFileWriter<Hashed>) -> Result<(), ParquetError> {
        if self.at.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(self);
        let mut group = writer.next_row_group()?;
        column::<ByteArrayType>(&mut group, &rows.series)?;
        column::<Int64Type>(&mut group, &rows.at)?;
        column::<DoubleType>(&mut group, &rows.value)?;
        column::<ByteArrayType>(&mut group, &rows.chunk)?;
        group.close().map(drop)
    }
}

fn column<T: DataType>(group: &mut SerializedRowGroupWriter<'_, Hashed>, values: &[T::T]) -> Result<(), ParquetError> {
    let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("a column too many".into()))?;
    column.typed::<T>().write_batch(values, None, None)?;
    column.close()
}

fn properties() -> WriterProperties {
    let sorted = |column_idx| SortingColumn { column_idx, descending: false, nulls_first: false };
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_column_dictionary_enabled(ColumnPath::from("at"), false)
        .set_column_encoding(ColumnPath::from("at"), Encoding::DELTA_BINARY_PACKED)
        .set_sorting_columns(Some(vec![sorted(0), sorted(1)]))
        .build()
}

/// Writes what comes until the end is said, not yet durably. The same values give the same bytes.
fn write(path: &Path, mut parts: mpsc::Receiver<Message>) -> Result<Written, Problem> {
    let written = fill(path, &mut parts);
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

fn fill(path: &Path, parts: &mut mpsc::Receiver<Message>) -> Result<Written, Problem> {
    let unwritable = |fault: ParquetError| STORAGE.problem().because(format!("{}: {fault}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(storage(folder))?;
    }
    let schema = Arc::new(parse_message_type(SCHEMA).map_err(unwritable)?);
    let file = Hashed { file: File::create(path).map_err(storage(path))?, bytes: 0, hash: Sha256::new() };
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties())).map_err(unwritable)?;
    let mut waiting = Rows::default();
    let mut rows = 0;
    loop {
        match parts.blocking_recv() {
            Some(Message::Series(series, values)) => {
                rows += crate::number::count(values.at.len());
                waiting.add(&series, values);
                if waiting.at.len() >= GROUP {
                    waiting.write(&mut writer).map_err(unwritable)?;
                }
            }
            Some(Message::End) => break,
            None => return Err(INTERNAL.problem().because("a Parquet file was given up")),
        }
    }
    waiting.write(&mut writer).map_err(unwritable)?;
    let Hashed { bytes, hash, .. } = writer.into_inner().map_err(unwritable)?;
    Ok(Written { rows, bytes, sha256: hash.finalize().into() })
}
