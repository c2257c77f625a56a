//! A clock that a real program takes for the machine's: libfaketime (Debian's package
//! `libfaketime`), which answers a program's questions for the time. What waits for a duration is
//! left as it is.

use std::fs;
use std::path::PathBuf;

use crate::skip_without;

/// A clock for programs that are started with its [`FakeTime::settings`].
#[derive(Debug)]
pub struct FakeTime {
    library: PathBuf,
    folder: tempfile::TempDir,
}

impl FakeTime {
    /// A clock that is right; `None` when the library is not installed and nobody insists.
    ///
    /// # Panics
    /// When it is not installed and `CI` is set.
    pub fn open() -> Option<Self> {
        let Some(library) = library() else {
            skip_without("libfaketime");
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary directory can be made");
        let clock = Self { library, folder };
        clock.set("+0");
        Some(clock)
    }

    /// Sets the clock: an offset to the true time, such as `+1h`, `-90m`, `+400d`.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn set(&self, offset: &str) {
        // a program may read it at any moment: it must find the old or the new
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{offset}\n")).expect("the folder is ours");
        fs::rename(new, self.file()).expect("the folder is ours");
    }

    /// What the program's environment must hold.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let path = |path: PathBuf| path.display().to_string();
        vec![
            ("LD_PRELOAD", path(self.library.clone())),
            ("FAKETIME_TIMESTAMP_FILE", path(self.file())),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }
}

/// Debian keeps it in a folder that is named after the kind of machine.
fn library() -> Option<PathBuf> {
    let kinds = fs::read_dir("/usr/lib").ok()?.flatten();
    kinds
        .map(|kind| kind.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.is_file())
}
