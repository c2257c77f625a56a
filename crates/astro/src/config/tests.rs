use std::fs;

use super::*;

fn load_from(flags: &Flags, variables: &[(&str, &str)], file: &str) -> Result<Loaded, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    fs::write(&path, file).unwrap();
    let flags = Flags {
        config: Some(path),
        ..flags.clone()
    };
    load(&flags, &Environment::of(variables)).map_err(|error| error.to_string())
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_defaults() {
    let file =
        "[http]\nlisten = \"127.0.0.1:1\"\nconnections = 7\npublic_url = \"https://f.example.org\"";
    let variables = [
        ("ASTRO_LISTEN", "127.0.0.1:2"),
        ("ASTRO_HTTP__PUBLIC_URL", "https://e.example.org"),
    ];
    let flags = Flags {
        listen: Some("127.0.0.1:3".to_owned()),
        ..Flags::default()
    };
    let loaded = load_from(&flags, &variables, file).unwrap();
    let http = &loaded.config.http;
    assert_eq!(http.listen.port(), 3);
    assert_eq!(http.public_url.as_deref(), Some("https://e.example.org"));
    assert_eq!(http.connections, 7);
    assert_eq!(loaded.origin("http.listen"), "flag --listen");
    assert_eq!(
        loaded.origin("http.public_url"),
        "environment ASTRO_HTTP__PUBLIC_URL"
    );
    assert!(loaded.origin("http.connections").starts_with("file "));
    assert_eq!(loaded.origin("database.connections"), "default");
}

#[test]
fn a_profile_changes_defaults_and_nothing_that_was_set() {
    let loaded = load_from(
        &Flags::default(),
        &[("ASTRO_PROFILE", "small")],
        "[http]\nconnections = 7",
    )
    .unwrap();
    assert_eq!(loaded.config.database.connections, 3);
    assert_eq!(loaded.config.http.connections, 7);
    assert_eq!(loaded.origin("database.connections"), "profile small");
}

#[test]
fn texts_of_the_environment_become_numbers_flags_words_and_lists() {
    let variables = [
        ("ASTRO_DATABASE__CONNECTIONS", "5"),
        ("ASTRO_DATABASE__ROW_LEVEL_SECURITY", "false"),
        ("ASTRO_ACCOUNTS__REGISTRATION", "true"),
        ("ASTRO_ACCOUNTS__DEFAULT_ZONE", "Europe/Berlin"),
        ("ASTRO_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("ASTRO_HTTP__METRICS_LISTEN", "127.0.0.1:9000"),
    ];
    let config = load_from(&Flags::default(), &variables, "").unwrap().config;
    assert_eq!(config.database.connections, 5);
    assert!(!config.database.row_level_security);
    assert!(config.accounts.registration);
    assert_eq!(config.accounts.default_zone.as_str(), "Europe/Berlin");
    assert_eq!(config.http.trusted_proxies.len(), 2);
    assert!(config.http.metrics_listen.is_some());
}

#[test]
fn a_secret_can_lie_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("url");
    fs::write(&path, "postgres://u:p@h/d\n").unwrap();
    let variables = [("ASTRO_DATABASE_URL_FILE", path.to_str().unwrap())];
    let loaded = load_from(&Flags::default(), &variables, "").unwrap();
    assert_eq!(
        loaded.config.database.url.as_ref().unwrap().expose(),
        "postgres://u:p@h/d"
    );
    assert!(!format!("{loaded:?}").contains("u:p"));
    assert!(
        loaded
            .origin("database.url")
            .contains("ASTRO_DATABASE_URL_FILE")
    );
}

#[test]
fn what_is_unknown_or_wrong_is_refused_by_its_name() {
    let refused = |variables: &[(&str, &str)], file: &str| {
        load_from(&Flags::default(), variables, file).unwrap_err()
    };
    let unknown = refused(&[], "[http]\nlisen = \"127.0.0.1:1\"");
    assert!(
        unknown.contains("http.lisen") && unknown.contains("config.toml"),
        "{unknown}"
    );
    assert!(refused(&[], "[htp]\na = 1").contains("htp"));
    assert!(refused(&[("ASTRO_HTTP__LISEN", "x")], "").contains("ASTRO_HTTP__LISEN"));
    let wrong = refused(&[("ASTRO_LISTEN", "everywhere")], "");
    assert!(
        wrong.contains("http.listen") && wrong.contains("ASTRO_LISTEN"),
        "{wrong}"
    );
    assert!(refused(&[("ASTRO_PROFILE", "huge")], "").contains("profile"));
    let twice = [
        ("ASTRO_LISTEN", "127.0.0.1:1"),
        ("ASTRO_HTTP__LISTEN", "127.0.0.1:2"),
    ];
    assert!(refused(&twice, "").contains("both set http.listen"));
    assert!(refused(&[], "not toml").contains("config.toml"));
}

#[test]
fn variables_of_others_are_noted_and_empty_ones_are_unset() {
    let variables = [("ASTRO_PORT", "tcp://10.0.0.1:80"), ("ASTRO_LISTEN", "")];
    let loaded = load_from(&Flags::default(), &variables, "").unwrap();
    assert_eq!(loaded.ignored, ["ASTRO_PORT"]);
    assert_eq!(loaded.origin("http.listen"), "default");
}

#[test]
fn data_lies_in_the_home_or_else_beside_the_program() {
    let path = |variables: &[(&str, &str)]| Environment::of(variables).data_dir().path;
    assert_eq!(
        path(&[("XDG_DATA_HOME", "/x"), ("HOME", "/h")]),
        Path::new("/x/astroassistance")
    );
    assert_eq!(
        path(&[("XDG_DATA_HOME", "relative"), ("HOME", "/h")]),
        Path::new("/h/.local/share/astroassistance")
    );
    assert_eq!(path(&[("HOME", "")]), Path::new("data"));
}

#[test]
fn a_named_file_must_exist() {
    let flags = Flags {
        config: Some("/nowhere/config.toml".into()),
        ..Flags::default()
    };
    let error = load(&flags, &Environment::default()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/config.toml"));
}
