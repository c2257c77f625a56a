//! The signing keys and their file: the one place of this crate that touches a disk.
//!
//! The file lies in the data directory, readable by its owner only. Several processes may share
//! it: each reads it anew every few seconds, and at once when it meets a key that it does not
//! know. Signatures are HMAC-SHA-256, because whoever checks them is whoever made them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::limits;
use astro_core::random::Random;
use astro_core::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// How old the known keys may be before the file is read again.
const FRESH: Duration = Duration::from_secs(2);
/// How long a key that was replaced still checks: the life of what it signed, and the time until
/// other processes have read the file.
const RETIREMENT: Duration = Duration::from_secs(limits::ACCESS_TOKEN_TTL.as_secs() + 10);

/// What the file holds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    /// Names this installation in what it signs.
    pub(super) instance: Uuid,
    /// Oldest first; the last one signs.
    keys: Vec<Key>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    pub(super) id: Uuid,
    /// 256 bits in base64url.
    #[serde(serialize_with = "Secret::reveal")]
    secret: Secret,
    created_at: Timestamp,
    /// When it stops to check signatures, once another key took its place.
    #[serde(default)]
    retires_at: Option<Timestamp>,
}

impl Key {
    fn fresh(now: Timestamp, random: &Random) -> Self {
        Self {
            id: random.id(now),
            secret: Secret::new(URL_SAFE_NO_PAD.encode(random.bytes::<32>())),
            created_at: now,
            retires_at: None,
        }
    }

    pub(super) fn secret(&self) -> Result<Zeroizing<Vec<u8>>> {
        let bytes = URL_SAFE_NO_PAD
            .decode(self.secret.expose())
            .map_err(|_| Error::internal("a signing key is not base64url"))?;
        if bytes.len() < 32 {
            return Err(Error::internal("a signing key has less than 256 bits"));
        }
        Ok(Zeroizing::new(bytes))
    }
}

impl Keys {
    fn fresh(now: Timestamp, random: &Random) -> Self {
        Self {
            instance: random.id(now),
            keys: vec![Key::fresh(now, random)],
        }
    }

    /// The key that signs.
    pub(super) fn signing(&self) -> Result<&Key> {
        self.keys
            .last()
            .ok_or_else(|| Error::internal("the key file holds no key"))
    }

    /// The key of that id, unless it has retired.
    pub(super) fn find(&self, id: Uuid, now: Timestamp) -> Option<&Key> {
        self.keys
            .iter()
            .find(|key| key.id == id && key.retires_at.is_none_or(|end| end > now))
    }

    pub(super) fn rotate(&mut self, now: Timestamp, random: &Random) {
        self.keys
            .retain(|key| key.retires_at.is_none_or(|end| end > now));
        let end = now.checked_add(RETIREMENT).unwrap_or(now);
        for key in &mut self.keys {
            key.retires_at.get_or_insert(end);
        }
        self.keys.push(Key::fresh(now, random));
    }
}

/// The keys as this process knows them.
pub(super) struct Keyring {
    path: PathBuf,
    known: RwLock<(Arc<Keys>, Timestamp)>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Keyring {
    /// Reads the file, making it where there is none.
    pub(super) fn open(path: &Path, now: Timestamp, random: &Random) -> Result<Self> {
        let keys = locked(path, || {
            if let Some(keys) = read(path)? {
                return Ok(keys);
            }
            let keys = Keys::fresh(now, random);
            write(path, &keys)?;
            Ok(keys)
        })?;
        Ok(Self {
            path: path.to_owned(),
            known: RwLock::new((Arc::new(keys), now)),
        })
    }

    /// The keys, at most a few seconds old.
    pub(super) async fn keys(&self, now: Timestamp) -> Arc<Keys> {
        let (keys, read_at) = self.known();
        let age = now.duration_since(read_at);
        let fresh = Duration::try_from(age).is_ok_and(|age| age < FRESH);
        if fresh { keys } else { self.reread(now).await }
    }

    /// The keys as the file has them now. When it cannot be read the known ones stay good: a full
    /// disk must not sign everybody out.
    pub(super) async fn reread(&self, now: Timestamp) -> Arc<Keys> {
        let path = self.path.clone();
        let read = tokio::task::spawn_blocking(move || read(&path)).await;
        match read {
            Ok(Ok(Some(keys))) => {
                let keys = Arc::new(keys);
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                *known = (keys.clone(), now);
                keys
            }
            Ok(Ok(None)) => self.keep("it is gone"),
            Ok(Err(error)) => self.keep(&error.to_string()),
            Err(error) => self.keep(&error.to_string()),
        }
    }

    fn known(&self) -> (Arc<Keys>, Timestamp) {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn keep(&self, why: &str) -> Arc<Keys> {
        tracing::error!(path = %self.path.display(), why, "the signing keys cannot be read again; the known ones stay in use");
        self.known().0
    }

    /// Takes a new key into use; tokens signed by the old ones stay good until they expire.
    pub(super) async fn rotate(&self, now: Timestamp, random: &Random) -> Result<()> {
        let (path, random) = (self.path.clone(), random.clone());
        let done = tokio::task::spawn_blocking(move || rotate(&path, now, &random));
        done.await.map_err(Error::internal)??;
        self.reread(now).await;
        Ok(())
    }
}

/// Takes a new signing key into use, from a process that may not be the server: servers notice
/// within seconds.
pub fn rotate(path: &Path, now: Timestamp, random: &Random) -> Result<()> {
    locked(path, || {
        let mut keys = read(path)?.ok_or(io::ErrorKind::NotFound)?;
        keys.rotate(now, random);
        write(path, &keys)
    })
}

/// The keys for a process beside the server.
pub(super) fn load(path: &Path) -> Result<Keys> {
    let missing = || Error::internal(format!("{}: there is no key file", path.display()));
    read(path)
        .map_err(|error| failed(path, &error))?
        .ok_or_else(missing)
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::internal(format!("{}: {error}", path.display()))
}

fn read(path: &Path) -> io::Result<Option<Keys>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

/// Does `work` while no other process changes the file.
fn locked<T>(path: &Path, work: impl FnOnce() -> io::Result<T>) -> Result<T> {
    let outcome = (|| {
        let lock = private(&path.with_extension("lock"), false)?;
        lock.lock()?;
        work()
    })();
    outcome.map_err(|error| failed(path, &error))
}

/// Writes beside the file and puts it in place whole, so that no reader sees half of it.
fn write(path: &Path, keys: &Keys) -> io::Result<()> {
    let text = Zeroizing::new(serde_json::to_string_pretty(keys)?);
    let beside = path.with_extension("part");
    let mut file = private(&beside, true)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Opens a file that only its owner may read.
fn private(path: &Path, empty: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(empty);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn every_process_that_starts_finds_the_same_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let starts: Vec<Uuid> = std::thread::scope(|scope| {
            let start = |seed| {
                let path = path.clone();
                scope.spawn(move || {
                    let ring = Keyring::open(&path, moment(0), &Random::seeded(seed)).unwrap();
                    ring.known().0.signing().unwrap().id
                })
            };
            let started: Vec<_> = (0..8).map(start).collect();
            started.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(starts.iter().all(|id| *id == starts[0]));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        Keyring::open(&path, moment(0), &Random::seeded(1)).unwrap();
        rotate(&path, moment(1), &Random::seeded(2)).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[tokio::test]
    async fn a_rotation_reaches_another_process_and_the_old_key_retires() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let ring = Keyring::open(&path, moment(0), &Random::seeded(1)).unwrap();
        let old = ring.known().0.signing().unwrap().id;
        rotate(&path, moment(10), &Random::seeded(2)).unwrap();
        let keys = ring.keys(moment(12)).await;
        assert_ne!(keys.signing().unwrap().id, old);
        assert!(keys.find(old, moment(10 + 300)).is_some());
        assert!(keys.find(old, moment(10 + 310)).is_none());
        rotate(&path, moment(400), &Random::seeded(3)).unwrap();
        assert_eq!(ring.keys(moment(402)).await.keys.len(), 2);
    }

    #[tokio::test]
    async fn a_lost_file_does_not_sign_everybody_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let ring = Keyring::open(&path, moment(0), &Random::seeded(1)).unwrap();
        let old = ring.known().0.signing().unwrap().id;
        fs::remove_file(&path).unwrap();
        assert!(
            ring.keys(moment(100))
                .await
                .find(old, moment(100))
                .is_some()
        );
    }

    #[test]
    fn the_debug_form_shows_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let ring = Keyring::open(&path, moment(0), &Random::seeded(1)).unwrap();
        let keys = ring.known().0;
        let secret = keys.signing().unwrap().secret.expose().to_owned();
        assert!(!format!("{ring:?}").contains(&secret));
    }
}
