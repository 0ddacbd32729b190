//! Where the lake lies: in a folder, or in a bucket of an object store that speaks S3 (AWS, MinIO, Ceph, Garage, …).
//!
//! In a bucket a file is an object of the same name below the prefix. It is written aside in a local folder first, because its hash must
//! be known before it is named, then sent whole by one PUT (at most 5 GB), which an object store makes visible at once or not at all.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusty_s3::{
    Bucket, Credentials, S3Action, UrlStyle,
    actions::{DeleteObject, ListObjectsV2, PutObject},
};
use sala_core::{
    problem::{INTERNAL, INVALID, Problem, STORAGE},
    time::Timestamp,
};

use super::file::{self, Aside};

/// How long a signed address may be used. The clocks of hall and store may differ by as much as S3 allows, 15 minutes.
const SIGNED_FOR: Duration = Duration::from_mins(15);

/// Where the lake lies.
#[derive(Debug, Clone)]
pub enum LakePlace {
    /// In a folder.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(Arc<LakeBucket>),
}

/// A bucket, or a part of one, that the lake has for itself.
#[derive(Debug)]
pub struct LakeBucket {
    bucket: Bucket,
    credentials: Credentials,
    /// Empty, or ends with `/`.
    prefix: String,
    /// Local folder where files are written before they are sent.
    aside: PathBuf,
    agent: ureq::Agent,
}

impl LakePlace {
    /// Reads a place: the path of a folder, or `s3://BUCKET/PREFIX` with what AWS's own tools read from the environment:
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION` (`us-east-1` when unset) and, for another store
    /// than AWS, `AWS_ENDPOINT_URL`, whose buckets are then asked for by path. `aside` is a local folder for files under way.
    pub fn read(place: &str, aside: &Path, env: impl Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        let Some(address) = place.strip_prefix("s3://") else { return Ok(Self::Folder(PathBuf::from(place))) };
        let wrong = |detail: String| INVALID.problem().at("lake", detail);
        let needed = |name: &str| env(name).ok_or_else(|| wrong(format!("the environment must have {name}")));
        let (name, prefix) = address.split_once('/').unwrap_or((address, ""));
        let prefix = prefix.trim_matches('/');
        let region = env("AWS_REGION").unwrap_or_else(|| "us-east-1".into());
        let (endpoint, style) = match env("AWS_ENDPOINT_URL") {
            Some(endpoint) => (endpoint, UrlStyle::Path),
            None => (format!("https://s3.{region}.amazonaws.com"), UrlStyle::VirtualHost),
        };
        let url = endpoint.parse().map_err(|fault| wrong(format!("AWS_ENDPOINT_URL: {endpoint}: {fault}")))?;
        let bucket = Bucket::new(url, style, name.to_owned(), region).map_err(|fault| wrong(format!("{place}: {fault}")))?;
        let (key, secret) = (needed("AWS_ACCESS_KEY_ID")?, needed("AWS_SECRET_ACCESS_KEY")?);
        let credentials = match env("AWS_SESSION_TOKEN") {
            Some(token) => Credentials::new_with_token(key, secret, token),
            None => Credentials::new(key, secret),
        };
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_connect(Some(Duration::from_secs(10)));
        Ok(Self::Bucket(Arc::new(LakeBucket {
            bucket,
            credentials,
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
            aside: aside.to_owned(),
            agent: config.timeout_recv_response(Some(Duration::from_mins(2))).build().into(),
        })))
    }

    /// The folder in which files are written.
    pub(super) fn aside(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder,
            Self::Bucket(bucket) => &bucket.aside,
        }
    }

    /// The lengths of those of these files (paths within the lake) that are there.
    pub(super) async fn lengths(&self, files: &[String], now: Timestamp) -> Result<BTreeMap<String, u64>, Problem> {
        match self {
            Self::Folder(folder) => {
                let length = |file: &String| Some((file.clone(), fs::metadata(folder.join(file)).ok()?.len()));
                Ok(files.iter().filter_map(length).collect())
            }
            Self::Bucket(_) if files.is_empty() => Ok(BTreeMap::new()),
            Self::Bucket(bucket) => {
                let bucket = Arc::clone(bucket);
                apart(move || bucket.list("day=", now)).await
            }
        }
    }

    /// Gives finished files their places and takes others of the same days away.
    pub(super) async fn place(&self, files: Vec<Aside>, now: Timestamp) -> Result<(), Problem> {
        match self.clone() {
            Self::Folder(lake) => apart(move || file::place(&lake, &files)).await,
            Self::Bucket(bucket) => apart(move || files.iter().try_for_each(|file| bucket.place(file, now))).await,
        }
    }
}

/// Does work that blocks on a thread of its own.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|fault| INTERNAL.problem().because(fault))?
}

impl LakeBucket {
    fn place(&self, file: &Aside, now: Timestamp) -> Result<(), Problem> {
        let storage = |fault: std::io::Error| STORAGE.problem().because(format!("{}: {fault}", file.from.display()));
        let within = file.folder.strip_prefix(&self.aside).map_err(|fault| INTERNAL.problem().because(fault))?;
        let day = format!("{}/", within.display());
        let (key, written) = (format!("{}{day}{}", self.prefix, file.name), File::open(&file.from).map_err(storage)?);
        let url = signed(PutObject::new(&self.bucket, Some(&self.credentials), &key), now);
        let answer = self.agent.put(&url).content_type("application/vnd.apache.parquet").send(written);
        answered(answer, &key)?;
        for other in self.list(&day, now)?.into_keys().filter(|other| *other != format!("{day}{}", file.name)) {
            let key = format!("{}{other}", self.prefix);
            let url = signed(DeleteObject::new(&self.bucket, Some(&self.credentials), &key), now);
            answered(self.agent.delete(&url).call(), &key)?;
        }
        fs::remove_file(&file.from).map_err(storage)
    }

    /// The parts of files whose path within the lake begins so, with their lengths.
    fn list(&self, start: &str, now: Timestamp) -> Result<BTreeMap<String, u64>, Problem> {
        let prefix = format!("{}{start}", self.prefix);
        let (mut found, mut token) = (BTreeMap::new(), None::<String>);
        loop {
            let mut action = ListObjectsV2::new(&self.bucket, Some(&self.credentials));
            action.with_prefix(prefix.as_str());
            if let Some(token) = token {
                action.with_continuation_token(token);
            }
            let text = answered(self.agent.get(&signed(action, now)).call(), &prefix)?;
            let page = ListObjectsV2::parse_response(&text).map_err(|fault| STORAGE.problem().because(format!("{prefix}: {fault}")))?;
            found.extend(page.contents.into_iter().filter_map(|object| {
                let file = object.key.strip_prefix(&self.prefix)?;
                let is_part = file.rsplit('/').next().is_some_and(|name| name.starts_with("part-"));
                is_part.then(|| Some((file.to_owned(), object.size?))).flatten()
            }));
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(found);
            }
        }
    }
}

fn signed<'a>(action: impl S3Action<'a>, now: Timestamp) -> String {
    let now = jiff::Timestamp::from_microsecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    action.sign_with_time(SIGNED_FOR, &now).into()
}

/// The text of a good answer; a Problem tells what another one says.
fn answered(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>, key: &str) -> Result<String, Problem> {
    let failed = |fault: String| STORAGE.problem().because(format!("the object store, {key}: {fault}"));
    let mut answer = answer.map_err(|fault| failed(fault.to_string()))?;
    let text = answer.body_mut().read_to_string().map_err(|fault| failed(fault.to_string()))?;
    if answer.status().is_success() { Ok(text) } else { Err(failed(format!("{} {text}", answer.status()))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        match name {
            "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".into()),
            "AWS_SECRET_ACCESS_KEY" => Some("secret".into()),
            "AWS_REGION" => Some("ap-southeast-7".into()),
            _ => None,
        }
    }

    #[test]
    fn a_place_is_a_folder_or_a_bucket_with_its_keys() {
        let read = |place: &str| LakePlace::read(place, Path::new("/tmp/aside"), env);
        assert!(matches!(read("lake"), Ok(LakePlace::Folder(folder)) if folder == Path::new("lake")));
        let Ok(LakePlace::Bucket(bucket)) = read("s3://history/city/lake/") else { panic!("a bucket") };
        assert_eq!((bucket.bucket.name(), bucket.prefix.as_str()), ("history", "city/lake/"));
        let url = signed(PutObject::new(&bucket.bucket, Some(&bucket.credentials), "a"), "2026-11-22T00:00:00Z".parse().unwrap());
        assert!(url.starts_with("https://history.s3.ap-southeast-7.amazonaws.com/a?") && url.contains("20261122T000000Z"), "{url}");
        let problem = LakePlace::read("s3://history", Path::new("x"), |_| None).unwrap_err();
        assert!(problem.to_string().contains("AWS_ACCESS_KEY_ID"), "{problem}");
        let other = |name: &str| if name == "AWS_ENDPOINT_URL" { Some("not a url".into()) } else { env(name) };
        assert!(LakePlace::read("s3://history", Path::new("x"), other).is_err());
    }
}
