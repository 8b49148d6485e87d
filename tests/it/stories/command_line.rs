//! What an operator types: the real program, its exit codes and what it says.

use crate::support::database::Kind;
use crate::support::instance::{Instance, each_instance};
use crate::support::mails::Mail;

each_instance!(from_an_empty_database_to_a_sent_issue, |instance, relay| async move {
    let instance = Instance::unmade(instance.database.kind, &relay.url());
    for _ in 0..2 {
        assert!(instance.done(&["migrate"]).contains("is up to date"), "migrating twice is fine");
    }
    let from = "Zentrum für Übergänge <news@example.org>";
    let add = ["newsletter", "add", "weekly", "--name", "Wochenblatt", "--from", from, "--languages", "de,en"];
    let with_cadence = [&add[..], &["--cadence", "0 9 * * MON", "--zone", "Europe/Berlin"]].concat();
    assert!(instance.done(&with_cadence).contains("/n/weekly"));
    assert!(instance.refused(1, &add).contains("\"weekly\" already"));
    let text = ["newsletter", "text", "weekly", "de", "--title", "Wochenblatt", "--description", "Erscheint wöchentlich."];
    instance.done(&text);
    let list = instance.done(&["newsletter", "list"]);
    for words in ["weekly\t", "de,en", "<news@example.org>", "cadence 0 9 * * MON", "next 20"] {
        assert!(list.contains(words), "{words} is missing in {list}");
    }

    let picture = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/demo/news/lernlabor.png")).unwrap();
    instance.file("treffen.png", &picture);
    let item = "---\nitem: treffen\nlanguage: de\nheadline: Das Treffen\nimage: treffen.png\nalt: Drei Menschen\n---\nText.\n";
    let file = instance.file("treffen.md", item.as_bytes());
    let id = instance.done(&["news", "add", "weekly", &file]);
    assert!(id.trim().parse::<i64>().is_ok(), "{id}");

    instance.subscriber("ada@example.org");
    let published = instance.run(&["issue", "publish", "weekly"]);
    assert_eq!((published.code, published.out.as_str()), (Some(0), "issue 1 of weekly is published in de to 1 recipients\n"));
    assert!(published.err.contains("warning: \"Das Treffen\" has no text in en"), "{}", published.err);
    assert!(instance.done(&["issue", "publish", "weekly"]).contains("no news item of weekly is ready"));
    assert!(instance.refused(1, &["news", "add", "weekly", &file]).contains("\"treffen\" has been used"));

    let status = instance.status(1);
    let promised = "bounced claimed failed newsletter number per_second queued recipients seconds_left sent skipped state transmitting unknown";
    for field in promised.split(' ') {
        assert!(status.contains_key(field), "{field} is promised, and not in {status:?}");
    }
    assert_eq!((&status["newsletter"], &status["state"], &status["number"]), (&"weekly".into(), &"preparing".into(), &1.into()));

    let delivered = instance.done(&["deliver", "--until-idle"]);
    assert!(delivered.starts_with("sent 1, bounced 0, failed 0, unknown 0, skipped 0, deferred 0"), "{delivered}");
    let mail = Mail::parse(&relay.received()[0].data);
    assert!(mail.text.contains("Das Treffen") && mail.html.contains("Drei Menschen") && mail.html.contains("/images/"));
    let status = instance.status(1);
    assert_eq!((&status["state"], &status["sent"], &status["queued"]), (&"sent".into(), &1.into(), &0.into()));
    assert!(status["seconds_left"].is_null() && status["per_second"].as_f64().is_some());
    assert!(instance.done(&["issue", "status", "weekly"]).starts_with("issue 1 of weekly: sent"));
    for act in ["pause", "resume", "cancel", "release"] {
        assert!(instance.refused(1, &["issue", act, "weekly", "1"]).contains("the issue is sent"));
    }
});

each_instance!(an_issue_is_paused_resumed_and_cancelled, |instance, relay| async move {
    instance.newsletter();
    instance.news("Treffen");
    assert!(instance.done(&["issue", "publish", "weekly"]).contains("nobody subscribes yet"));
    instance.subscriber("defer-451@example.org");
    instance.news("Fest");
    instance.done(&["issue", "publish", "weekly"]);
    let delivered = instance.done(&["deliver", "--until-idle"]);
    assert!(delivered.contains("sent 0") && delivered.contains("deferred 1 (1 wait for later)"), "{delivered}");
    let state = || instance.status(2)["state"].as_str().unwrap().to_owned();
    assert_eq!(state(), "sending");
    instance.done(&["issue", "pause", "weekly", "2"]);
    assert_eq!(state(), "paused");
    assert!(instance.refused(1, &["issue", "pause", "weekly", "2"]).contains("paused"));
    instance.done(&["issue", "resume", "weekly", "2"]);
    assert_eq!(state(), "sending");
    instance.done(&["issue", "cancel", "weekly", "2"]);
    instance.done(&["deliver", "--until-idle"]);
    let status = instance.status(2);
    assert_eq!((&status["state"], &status["skipped"], &status["queued"]), (&"cancelled".into(), &1.into(), &0.into()));
    assert!(relay.received().is_empty());
    assert!(instance.done(&["issue", "resolve", "weekly", "2", "--unknown", "accept"]).starts_with("0 mails"));
});

each_instance!(mail_for_a_folder_is_one_file_each, |instance, _| async move {
    let mut instance = instance;
    let mails = instance.folder.path().join("out/mails");
    instance.set("RELAY__URL", &format!("file://{}", mails.display()));
    instance.newsletter();
    instance.news("Treffen");
    for name in ["ada", "bob", "cleo"] {
        instance.subscriber(&format!("{name}@example.org"));
    }
    instance.done(&["issue", "publish", "weekly"]);
    assert!(instance.done(&["deliver", "--until-idle"]).starts_with("sent 3,"));
    let mut to: Vec<String> = std::fs::read_dir(&mails)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            assert_eq!(path.extension().unwrap(), "eml", "{}", path.display());
            Mail::parse(&std::fs::read(path).unwrap()).header("To").to_owned()
        })
        .collect();
    to.sort_unstable();
    assert_eq!(to, ["ada@example.org", "bob@example.org", "cleo@example.org"]);
});

each_instance!(staff_are_added_and_listed, |instance, _| async move {
    let link = instance.done(&["staff", "add", "eva@example.org", "--role", "editor"]);
    assert!(link.starts_with(&format!("http://127.0.0.1:{}/staff/invitation/", instance.port)), "{link}");
    instance.done(&["staff", "add", "eva@example.org", "--role", "viewer"]);
    assert_eq!(instance.done(&["staff", "list"]), "eva@example.org\tviewer\tinvited\n");
    let role = instance.refused(2, &["staff", "add", "eva@example.org", "--role", "king"]);
    assert!(role.contains("\"king\"") && role.contains("author, editor, admin, privacy or viewer"), "{role}");
    assert!(instance.refused(2, &["staff", "add", "eva", "--role", "editor"]).contains('@'));
});

each_instance!(what_cannot_be_is_refused_in_a_sentence, |instance, _| async move {
    instance.newsletter();
    let file = |content: &str| instance.file("news.md", content.as_bytes());
    let good = "---\nlanguage: de\nheadline: Treffen\n---\nText.\n";
    let refused = |code: i32, arguments: &[&str], words: &[&str]| {
        let sentence = instance.refused(code, arguments);
        for word in words {
            assert!(sentence.contains(word), "{word} is missing in: {sentence}");
        }
    };
    // Newsletters that are not there.
    refused(1, &["news", "add", "daily", &file(good)], &["\"daily\"", "newsletter list"]);
    refused(1, &["issue", "publish", "daily"], &["\"daily\"", "newsletter list"]);
    refused(1, &["issue", "publish", "daily", "--at", "2999-01-01T09:00"], &["\"daily\""]);
    refused(1, &["issue", "status", "daily"], &["daily"]);
    refused(1, &["issue", "status", "weekly", "7"], &["weekly"]);
    refused(1, &["issue", "pause", "daily", "1"], &["no such issue"]);
    refused(1, &["newsletter", "text", "daily", "de", "--title", "t", "--description", "d"], &["\"daily\""]);
    // Values that are none.
    let add = ["newsletter", "add", "daily", "--name", "Täglich", "--from"];
    let with = |rest: &[&'static str]| [&add[..], rest].concat();
    refused(2, &with(&["news@example.org", "--languages", "de,fr"]), &["no words for mails in fr", "words/fr.ftl"]);
    refused(2, &with(&["Zentrum <news@example.org", "--languages", "de"]), &["\">\""]);
    refused(2, &with(&["Zentrum", "--languages", "de"]), &["@"]);
    refused(2, &with(&["news@example.org", "--languages", "de", "--cadence", "Mondays"]), &["Mondays", "five fields"]);
    refused(2, &with(&["news@example.org", "--languages", "de", "--zone", "Europe/Leipzig"]), &["Europe/Leipzig"]);
    refused(2, &["newsletter", "text", "weekly", "fr", "--title", "t", "--description", "d"], &["fr"]);
    refused(2, &["issue", "publish", "weekly", "--at", "tomorrow"], &["\"tomorrow\"", "2027-03-01T09:00"]);
    refused(2, &["issue", "publish", "weekly", "--at", "2001-01-01T09:00"], &["past"]);
    // News files.
    refused(1, &["news", "add", "weekly", "absent.md"], &["absent.md"]);
    refused(1, &["news", "add", "weekly", &file("Just a text.\n")], &["news.md", "line 1", "---"]);
    refused(1, &["news", "add", "weekly", &file("---\nlanguage: de\n---\nText\n")], &["headline"]);
    refused(
        1,
        &["news", "add", "weekly", &file("---\nlanguage: de\nheadlin: Treffen\n---\nText\n")],
        &["line 3", "\"headlin\"", "\"headline\""],
    );
    refused(1, &["news", "add", "weekly", &file("---\nlanguage: f\nheadline: Treffen\n---\n")], &["de, en, de-simple"]);
    refused(1, &["news", "add", "weekly", &file("---\nlanguage: de-simple\nheadline: Treffen\n---\n")], &["weekly", "de-simple"]);
    let absent = "---\nlanguage: de\nheadline: Treffen\nimage: absent.png\nalt: Nichts\n---\n";
    refused(1, &["news", "add", "weekly", &file(absent)], &["absent.png"]);
    instance.file("text.png", b"no picture");
    let text = "---\nlanguage: de\nheadline: Treffen\nimage: text.png\nalt: Nichts\n---\n";
    refused(1, &["news", "add", "weekly", &file(text)], &["text.png", "neither a PNG nor a JPEG"]);
    refused(1, &["news", "add", "weekly", &file("---\nlanguage: de\nheadline: Treffen\nimage: text.png\n---\n")], &["alt"]);
    assert!(instance.done(&["issue", "publish", "weekly"]).contains("nothing to publish"), "none of it came in");
});

#[test]
fn wrong_usage_ends_with_2() {
    let instance = Instance::unmade(Kind::Sqlite, "file:///nowhere");
    for arguments in [
        &[][..],
        &["dance"],
        &["issue"],
        &["issue", "publish"],
        &["issue", "pause", "weekly", "first"],
        &["issue", "resolve", "weekly", "1", "--unknown", "maybe"],
        &["deliver"],
        &["serve", "--only", "kitchen"],
        &["staff", "add", "eva@example.org"],
        &["newsletter", "add", "weekly", "--name", "W", "--from", "a@example.org"],
        &["demo", "--listen", "everywhere"],
    ] {
        let ran = instance.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("Usage") || ran.err.contains("--help"), "{ran:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["issue", "--help"]] {
        assert_eq!(instance.run(arguments).code, Some(0));
    }
    assert!(!instance.database.file().exists(), "nothing was made for it");
}

#[test]
fn a_pipe_that_is_closed_early_is_no_reason_to_panic() {
    let instance = Instance::unmade(Kind::Sqlite, "file:///nowhere");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ran = instance.command(&["migrate"]).stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
}

each_instance!(deliver_until_idle_waits_for_the_turns_of_a_limited_domain, |instance, relay| async move {
    let mut instance = instance;
    instance.set("RELAY__DOMAINS", "slow.example=5/s");
    instance.newsletter();
    for n in 1..=12 {
        instance.subscriber(&format!("reader{n}@slow.example"));
    }
    instance.news("Treffen");
    instance.done(&["issue", "publish", "weekly"]);
    let delivered = instance.done(&["deliver", "--until-idle"]);
    assert!(delivered.starts_with("sent 12,"), "{delivered}");
    assert_eq!(relay.count(), 12);
});
