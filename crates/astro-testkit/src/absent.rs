//! Programs and servers that a test needs and this machine may lack.

/// Says that a test is skipped because `what` is not here.
///
/// # Panics
/// When `CI` is set: on the build machine a test that cannot run is a failure.
#[expect(
    clippy::disallowed_methods,
    reason = "continuous integration insists this way"
)]
pub fn skip_without(what: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "{what} is missing; cargo xtask test provides it"
    );
    eprintln!("skipped: {what} is missing; `cargo xtask test` provides it");
}
