//! The witness role (C2SP tlog-witness): cosigns a head only if it continues the last one that it cosigned for that log.
//!
//! What it has seen is written and synced before it signs; after a crash it has either seen a head or not signed it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use sala_log::{
    CosignerKey, Hash, Note, VerifierKey,
    witness::{AddCheckpoint, Decision, Reply, decide},
};
use tokio::sync::Mutex;

use crate::{
    problem::{DAMAGED, Problem},
    publish::{damaged, io},
    time::Clock,
};

/// A witness with its key and its memory.
#[derive(Debug)]
pub struct WitnessBook {
    name: String,
    key: CosignerKey,
    logs: Vec<VerifierKey>,
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    seen: Mutex<BTreeMap<String, (u64, Hash)>>,
}

impl WitnessBook {
    /// Opens the witness `name` (as policies call it) that knows `logs`, with its memory in `folder`.
    pub fn open(name: &str, key: CosignerKey, logs: Vec<VerifierKey>, folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, Problem> {
        fs::create_dir_all(folder).map_err(|fault| io(folder, &fault))?;
        let mut seen = BTreeMap::new();
        for log in &logs {
            let path = page(folder, log.name());
            match fs::read_to_string(&path) {
                Ok(text) => {
                    let latest = parse(&text).ok_or_else(|| DAMAGED.problem().because(format!("{} can't be read", path.display())))?;
                    seen.insert(log.name().to_owned(), latest);
                }
                Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {}
                Err(fault) => return Err(io(&path, &fault)),
            }
        }
        Ok(Self { name: name.to_owned(), key, logs, folder: folder.to_owned(), clock, seen: Mutex::new(seen) })
    }

    /// The key with which it cosigns.
    pub fn key(&self) -> VerifierKey {
        self.key.verifier_key()
    }

    /// Answers one add-checkpoint request.
    pub async fn answer(&self, body: &[u8]) -> Reply {
        let request = match AddCheckpoint::parse(body) {
            Ok(request) => request,
            Err(fault) => return Decision::from(fault).reply(&[]),
        };
        let mut seen = self.seen.lock().await;
        let latest = seen.get(request.origin()).copied();
        let known = |origin: &str| {
            let keys: Vec<VerifierKey> = self.logs.iter().filter(|key| key.name() == origin).cloned().collect();
            (!keys.is_empty()).then_some(keys)
        };
        let decision = decide(&request, known, latest);
        let Decision::Cosign(checkpoint) = &decision else { return decision.reply(&[]) };
        let remembered = self.remember(request.origin(), checkpoint.size, &checkpoint.root);
        if let Err(problem) = remembered {
            tracing::error!(%problem, "The witness could not write what it has seen, so it does not sign");
            return Reply { status: 503, content_type: "text/plain; charset=utf-8", body: "This witness can't write now.\n".into() };
        }
        seen.insert(request.origin().to_owned(), (checkpoint.size, checkpoint.root));
        let now = u64::try_from(self.clock.now().seconds()).unwrap_or(0);
        match cosign(&self.key, request.note(), now) {
            Ok(signature) => decision.reply(&[signature]),
            Err(problem) => Reply { status: 500, content_type: "text/plain; charset=utf-8", body: format!("{problem}\n") },
        }
    }

    fn remember(&self, origin: &str, size: u64, root: &Hash) -> Result<(), Problem> {
        let path = page(&self.folder, origin);
        let temporary = path.with_extension("tmp");
        let written = (|| {
            let mut file = fs::File::create(&temporary)?;
            file.write_all(format!("{origin}\n{size}\n{}\n", hex::encode(root)).as_bytes())?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            fs::File::open(&self.folder)?.sync_all()
        })();
        written.map_err(|fault| io(&path, &fault))
    }
}

impl crate::publish::Witness for WitnessBook {
    fn name(&self) -> &str {
        &self.name
    }

    fn add_checkpoint(&self, body: String) -> BoxFuture<'_, Result<(u16, Vec<u8>), String>> {
        Box::pin(async move {
            let reply = self.answer(body.as_bytes()).await;
            Ok((reply.status, reply.body.into_bytes()))
        })
    }
}

fn cosign(key: &CosignerKey, note: &Note, now_s: u64) -> Result<sala_log::NoteSignature, Problem> {
    key.cosign(&note.text, now_s).map_err(damaged)
}

/// Origins are text of any kind; the file is named by their hash.
fn page(folder: &Path, origin: &str) -> PathBuf {
    folder.join(format!("{}.seen", hex::encode(sala_log::leaf_hash(origin.as_bytes()))))
}

fn parse(text: &str) -> Option<(u64, Hash)> {
    let mut lines = text.lines().skip(1);
    let size = lines.next()?.parse().ok()?;
    Some((size, hex::decode(lines.next()?).ok()?.try_into().ok()?))
}
