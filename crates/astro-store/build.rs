//! Embeds the migrations: a new pair of files is enough to make them part of the binary.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells build scripts where to work this way"
)]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=migrations");
    let missing = |name: &str| io::Error::other(format!("{name} is not set"));
    let here = PathBuf::from(
        env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| missing("CARGO_MANIFEST_DIR"))?,
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| missing("OUT_DIR"))?);
    let mut code = String::new();
    for engine in ["sqlite", "postgres"] {
        embed(&mut code, engine, &here.join("migrations").join(engine))?;
    }
    fs::write(out.join("migrations.rs"), code)
}

/// Writes `const ENGINE: &[(number, name, sql)]`.
fn embed(code: &mut String, engine: &str, folder: &Path) -> io::Result<()> {
    let mut files = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.sort();
    let _ = writeln!(
        code,
        "const {}: &[(i64, &str, &str)] = &[",
        engine.to_uppercase()
    );
    for file in files {
        let stem = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let (number, name) = stem.split_once('_').ok_or_else(|| {
            io::Error::other(format!("{} is not named NNNN_name.sql", file.display()))
        })?;
        let number: i64 = number.parse().map_err(|_| {
            io::Error::other(format!("{} does not begin with a number", file.display()))
        })?;
        let path = file
            .to_str()
            .ok_or_else(|| io::Error::other(format!("{} is not UTF-8", file.display())))?;
        let _ = writeln!(code, "    ({number}, {name:?}, include_str!({path:?})),");
    }
    code.push_str("];\n");
    Ok(())
}
