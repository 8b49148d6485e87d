//! Settings as operators write them, and what they are told about mistakes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use std::collections::BTreeSet;

use super::*;

const DEFAULT_FILE: &str = include_str!("../../config/default.toml");
const PRODUCTION_FILE: &str = include_str!("../../config/production.example.toml");

fn file(text: &str) -> Result<Settings, SettingsError> {
    Settings::from_parts(Some((text, "rundbrief.toml")), [])
}

fn environment(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::from_parts(None, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn told(text: &str) -> String {
    file(text).unwrap_err().to_string()
}

/// The default file with the settings that have no default switched on.
fn everything() -> String {
    let is_setting = |line: &str| {
        line.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()) && rest.contains(" = "))
    };
    DEFAULT_FILE.lines().map(|line| if is_setting(line) { &line[1..] } else { line }).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_default_file_lists_every_setting_and_no_other() {
    let mut section = String::new();
    let mut listed = Vec::new();
    for line in everything().lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| !key.starts_with('#')) {
            listed.push(format!("{section}{key}"));
        }
    }
    assert_eq!(listed.iter().map(String::as_str).collect::<BTreeSet<_>>(), KEYS.iter().copied().collect::<BTreeSet<_>>());
    assert_eq!(listed.len(), KEYS.len());
    // Each of them is read by somebody: nothing in the file is ignored, whatever KEYS says.
    let config = Config::builder().add_source(File::from_str(&everything(), FileFormat::Toml)).build().unwrap();
    let mut ignored = Vec::new();
    let _: Raw = serde_ignored::deserialize(config, |key| ignored.push(key.to_string())).unwrap();
    assert_eq!(ignored, Vec::<String>::new());
}

#[test]
fn the_defaults_in_the_file_are_those_in_the_program() {
    assert_eq!(file(DEFAULT_FILE).unwrap().masked(), file("").unwrap().masked());
    assert!(file(DEFAULT_FILE).unwrap().relay.url.is_none());
}

#[test]
fn the_example_for_production_is_complete() {
    let text = PRODUCTION_FILE.replace("url_file = \"/run/secrets/database_url\"", "url = \"postgres://u:p@h/d\"");
    let settings = file(&text.replace("url_file = \"/run/secrets/relay_url\"", "url = \"smtps://u:p@h\"")).unwrap();
    assert_eq!(settings.missing_for_publishing(), Vec::<&str>::new());
    assert!(settings.is_https());
    assert_eq!(settings.public_host(), "news.example.org");
    assert_eq!(settings.log.format, crate::telemetry::Format::Json);
    assert_eq!(
        file("").unwrap().missing_for_publishing(),
        ["imprint.organisation", "imprint.address", "imprint.email", "privacy.contact"]
    );
}

#[test]
fn an_unknown_key_is_named_with_its_neighbour() {
    assert_eq!(
        told("[relay]\nconections = 3"),
        "rundbrief.toml: the setting \"relay.conections\" is unknown; did you mean \"relay.connections\"?"
    );
    assert_eq!(told("[rely]\nconnections = 3"), "rundbrief.toml: the setting \"rely\" is unknown; did you mean \"relay\"?");
    assert_eq!(told("publicurl = 'x'"), "rundbrief.toml: the setting \"publicurl\" is unknown; did you mean \"public_url\"?");
    assert_eq!(
        told("[weather]\nsunny = true"),
        "rundbrief.toml: the setting \"weather\" is unknown; config/default.toml lists all there are"
    );
    let error = environment(&[("RUNDBRIEF__RELAY__CONECTIONS", "3")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment: the setting \"RUNDBRIEF__RELAY__CONECTIONS\" is unknown; did you mean \"relay.connections\"?"
    );
    assert!(environment(&[("RUNDBRIEF__RELAY", "3")]).is_err());
    // Neither ours nor a setting.
    assert!(environment(&[("RUNDBRIEFING", "x"), ("RUNDBRIEF_LOG", "debug"), ("PATH", "/bin")]).is_ok());
}

#[test]
fn the_environment_goes_above_the_file() {
    let variables = [
        ("RUNDBRIEF__RELAY__CONNECTIONS", "7"),
        ("RUNDBRIEF__HTTP__TRUSTED_PROXIES", "10.0.0.1, 2001:db8::1"),
        ("RUNDBRIEF__IMPRINT__PHONE", "0341000"),
        ("RUNDBRIEF__IMPRINT__EMAIL", ""),
        ("RUNDBRIEF__LOG__FORMAT", "json"),
        ("RUNDBRIEF__DATABASE__URL", "postgres://u:p@h/d"),
    ];
    let text = "[relay]\nconnections = 3\nper_second = 9\n[imprint]\nemail = 'a@example.org'";
    let settings =
        Settings::from_parts(Some((text, "f")), variables.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
    assert_eq!((settings.relay.connections, settings.relay.per_second), (7, Some(9)));
    assert_eq!(settings.http.trusted_proxies.len(), 2);
    assert_eq!((settings.imprint.phone.as_str(), settings.imprint.email.as_str()), ("0341000", "a@example.org"));
    assert!(settings.database.kind() == DatabaseKind::Postgres("postgres://u:p@h/d"));
}

#[test]
fn no_message_and_no_listing_shows_a_password() {
    let settings =
        file("[database]\nurl = 'postgres://u:hunter2@h/d?password=hunter2'\n[relay]\nurl = 'smtps://u:hunt@er2:hunter2@h'")
            .unwrap();
    assert_eq!(settings.relay_url(), Ok("smtps://u:hunt@er2:hunter2@h"));
    let shown = format!("{settings:?}\n{}", settings.masked());
    assert!(!shown.contains("hunter2") && !shown.contains("er2"), "{shown}");
    assert!(settings.masked().contains("[relay]\n") && settings.masked().contains("url = \"smtps://…@h\""), "{shown}");
    for text in [
        "[relay]\nurl = 'smtps://u:hunter2@h",
        "[relay]\nurl = ['hunter2']",
        "[relay]\nurl = 'hunter2'",
        "[relay]\nconnections = 'hunter2'",
        "[database]\nurl = 'hunter2'",
        "[database]\nurl = 'mysql://u:hunter2@h/d'",
        "database = 'hunter2'",
    ] {
        let told = told(text);
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn what_is_shown_can_be_read_again() {
    let settings = file(PRODUCTION_FILE.split("[database]").next().unwrap()).unwrap();
    assert_eq!(file(&settings.masked()).unwrap().masked(), settings.masked());
}

#[test]
fn a_secret_comes_from_a_file_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("relay");
    std::fs::write(&path, "smtps://u:p@mail.example.org\n").unwrap();
    let text = format!("[relay]\nurl_file = '{}'", path.display());
    assert_eq!(file(&text).unwrap().relay_url(), Ok("smtps://u:p@mail.example.org"));
    assert!(told(&format!("{text}\nurl = 'smtps://h'")).contains("relay.url is there twice"));
    std::fs::write(&path, "\n").unwrap();
    assert!(told(&text).contains("which is empty"));
    std::fs::remove_file(&path).unwrap();
    assert!(told(&text).starts_with("the setting relay.url_file names "));
    assert!(file("").unwrap().relay_url().unwrap_err().to_string().starts_with("the setting relay.url is missing; give"));
}

#[test]
fn readers_come_over_https_unless_they_sit_at_this_computer() {
    for (typed, url) in [
        ("https://News.example.org/", "https://news.example.org"),
        ("https://news.example.org:8443", "https://news.example.org:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("https://MÜNCHEN.example", "https://xn--mnchen-3ya.example"),
    ] {
        assert_eq!(file(&format!("public_url = '{typed}'")).unwrap().public_url, url);
    }
    for typed in [
        "http://news.example.org",
        "http://127.0.0.1.example.org",
        "news.example.org",
        "ftp://x.org",
        "https://",
        "https://x.org/path",
        "https://u@x.org",
        "https://x.org:0",
        "https://x.org:99999",
        "https://x y.org",
        "https://x.org?a",
        "",
    ] {
        assert!(told(&format!("public_url = '{typed}'")).starts_with("the setting public_url "), "{typed}");
    }
    assert_eq!(file("public_url = 'http://[::1]:80'").unwrap().relay.ehlo_name, "[IPv6:::1]");
    assert_eq!(file("public_url = 'https://a.example.org:80'").unwrap().relay.ehlo_name, "a.example.org");
}

#[test]
fn a_database_has_a_scheme() {
    for (url, is_sqlite) in
        [("sqlite://var/x.db", true), ("sqlite:///var/x.db", true), ("postgres://h/d", false), ("postgresql://h/d", false)]
    {
        let settings = file(&format!("database.url = '{url}'")).unwrap();
        assert_eq!(matches!(settings.database.kind(), DatabaseKind::Sqlite(_)), is_sqlite);
    }
    for url in ["var/x.db", "sqlite:var/x.db", "sqlite://", "postgres://", "mysql://h/d", "/var/x.db", ""] {
        assert!(
            told(&format!("database.url = '{url}'")).contains("give sqlite://PATH or postgres://user:password@host/name"),
            "{url}"
        );
    }
}

#[test]
fn values_of_another_kind_or_out_of_range_are_named() {
    assert_eq!(told("[relay]\nconnections = 0"), "the setting relay.connections is 0; it must be from 1 to 200");
    assert!(
        told("[relay]\nconnections = 'many'").starts_with("the setting relay.connections must be an "),
        "{}",
        told("[relay]\nconnections = 'many'")
    );
    assert!(told("[relay]\nconnections = -1").starts_with("the setting relay.connections "));
    for listen in ["'8080'", "8080", "':8080'"] {
        let told = told(&format!("[http]\nlisten = {listen}"));
        assert!(told.contains("http.listen") && told.contains("the address is missing: write 127.0.0.1:8080"), "{told}");
    }
    let proxies = |list: &str| told(&format!("[http]\ntrusted_proxies = {list}"));
    assert!(proxies("['10.0.0.0/33']").contains("\"10.0.0.0/33\" is not an IP address, or a network like"));
    for all in ["0.0.0.0/0", "::/0", "::ffff:0:0/96"] {
        assert!(proxies(&format!("['127.0.0.1', '{all}']")).contains("is every address there is"), "{all}");
    }
    assert!(told("[log]\nformat = 'xml'").contains("log.format"), "{}", told("[log]\nformat = 'xml'"));
    assert!(told("[look]\ncolour = 'red'").contains("like #1f4e79"));
    assert!(told("[relay]\nehlo_name = 'a b'").contains("must be a host name"));
    assert!(told("[imprint]\norganisation = \"a\\r\\nb\"").contains("must be one line"));
    assert!(told("[imprint]\nemail = 'me'").contains("imprint.email is not an address"));
    assert!(told("[bounce]\naddress = 'a-very-long-name-for-bounces@example.org'").contains("at most 23"));
    assert!(told("x = ").starts_with("the settings file rundbrief.toml is not valid TOML: "), "{}", told("x = "));
    let missing = Settings::load(Some(Path::new("/nowhere/rundbrief.toml"))).unwrap_err().to_string();
    assert!(
        missing.starts_with("the settings file /nowhere/rundbrief.toml cannot be read: ")
            && missing.ends_with("give another with --config")
    );
}

#[test]
fn an_origin_that_may_frame_the_form_is_one() {
    for good in ["https://www.example.org", "https://cms.example.net:8443", "http://localhost:3000"] {
        assert!(file(&format!("[embed]\norigins = [\"{good}\"]")).is_ok(), "{good}");
    }
    let evil =
        ["www.example.org", "https://", "https://a.example/path", "https://a.example; script-src *", "*", "ftp://a.example"];
    for bad in evil.into_iter().chain(["https://a.example:port", "https://a..example", "'self'"]) {
        let told = told(&format!("[embed]\norigins = [\"{bad}\"]"));
        assert!(told.contains("embed.origins") && told.contains("must be like https://www.example.org"), "{bad}: {told}");
    }
}

#[test]
fn addresses_and_hosts_in_other_letters_are_understood_wherever_they_stand() {
    let text = "public_url = \"https://Rundbrief.MÜNCHEN.example:8443\"\n[bounce]\naddress = \"rueck@münchen.example\"\n\
        [imprint]\nemail = \"kontakt@münchen.example\"\n[embed]\norigins = [\"https://www.münchen.example\"]\n\
        [relay]\nehlo_name = \"mail.münchen.example\"\n";
    let settings = Settings::from_parts(Some((text, "rundbrief.toml")), []).unwrap();
    assert_eq!(settings.public_url, "https://rundbrief.xn--mnchen-3ya.example:8443");
    assert_eq!(settings.bounce.address.as_deref(), Some("rueck@xn--mnchen-3ya.example"));
    assert_eq!(settings.embed.origins, ["https://www.xn--mnchen-3ya.example"]);
    assert_eq!(settings.relay.ehlo_name, "mail.xn--mnchen-3ya.example");
    let default_name = Settings::from_parts(Some(("public_url = \"https://münchen.example\"", "x")), []).unwrap().relay.ehlo_name;
    assert_eq!(default_name, "xn--mnchen-3ya.example");
    for (key, value) in [("BOUNCE__ADDRESS", "rück@example.org"), ("IMPRINT__EMAIL", "jörg@example.org")] {
        let error = Settings::from_parts(None, [(format!("RUNDBRIEF__{key}"), value.to_owned())]).unwrap_err().to_string();
        assert!(error.contains("before the @ must be in ASCII"), "{error}");
    }
}

#[test]
fn keys_of_further_domains_name_them() {
    let told = |variables: &[(&str, &str)]| {
        let variables = variables.iter().map(|(key, value)| (format!("RUNDBRIEF__DKIM__{key}"), (*value).to_owned()));
        Settings::from_parts(None, variables).map(|settings| settings.dkim.keys.len()).map_err(|error| error.to_string())
    };
    assert_eq!(told(&[("KEYS", "a@example.org=/a.pem,b@example.com=/b.pem")]), Ok(2));
    for (variables, words) in [
        (&[("KEYS", "a=/a.pem")][..], "dkim.keys must be entries like"),
        (&[("KEYS", "a@example.org")], "dkim.keys must be entries like"),
        (&[("OLD_KEYS", "a=/a.pem")], "dkim.old_keys has an entry without a domain"),
        (&[("OLD_KEYS", "a")], "dkim.old_keys must be entries like"),
        (&[("SELECTOR", "a"), ("KEY_FILE", "/a.pem")], "dkim.domain is missing"),
        (&[("DOMAIN", "example.org"), ("KEYS", "a@example.com=/a.pem")], "dkim.domain has no key"),
    ] {
        let error = told(variables).unwrap_err();
        assert!(error.contains(words), "{variables:?}: {error}");
    }
}
