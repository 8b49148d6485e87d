//! Staff come in: a one-time link sets a password, the password opens a session, and a session ends.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::SignedDuration;
use reqwest::header::{COOKIE, ORIGIN, RETRY_AFTER, SET_COOKIE};
use rundbrief::domain::address::Address;
use rundbrief::domain::language::Language;
use rundbrief::domain::states::Role;
use rundbrief::domain::token::secret_hash;
use rundbrief::i18n;
use rundbrief::journeys::staff;

use crate::support::app::{Page, Setup, TestApp, each_database};
use crate::support::database::Kind;

/// Words that do not belong together.
pub const PASSWORD: &str = "Mondkalb raspelt 17 Gurken";

/// Somebody's one-time link, as `rundbrief staff add` prints it, without the host.
pub async fn invited(app: &TestApp, address: &str, role: Role) -> String {
    let (address, now) = (Address::parse(address).unwrap(), app.now());
    let token = app.store.write(move |conn| staff::invite(conn, now, &address, role)).await.unwrap();
    format!("/staff/invitation/{token}")
}

/// POST as a browser sends it from one of our own pages.
pub async fn post(app: &TestApp, path: &str, cookie: &str, form: &[(&str, &str)]) -> Page {
    let request = app.client.post(app.door(path)).header(ORIGIN, &app.app.settings.public_url).header(COOKIE, cookie);
    app.send(request.form(form)).await
}

pub async fn get(app: &TestApp, path: &str, cookie: &str) -> Page {
    app.send(app.client.get(app.door(path)).header(COOKIE, cookie)).await
}

/// `name=value` out of the answer's Set-Cookie. Fails when there is none.
pub fn cookie_of(page: &Page) -> String {
    let value = page.headers.get(SET_COOKIE).unwrap_or_else(|| panic!("no cookie: {} {}", page.status, page.body));
    value.to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// Somebody who has accepted an invitation. Returns their session's cookie.
pub async fn member(app: &TestApp, address: &str, role: Role) -> String {
    let link = invited(app, address, role).await;
    let accepted = post(app, &link, "", &[("password", PASSWORD)]).await;
    assert_eq!(accepted.status, 303, "{}", accepted.body);
    cookie_of(&accepted)
}

async fn sign_in(app: &TestApp, address: &str, password: &str) -> Page {
    post(app, "/staff/sign-in?lang=en", "", &[("email", address), ("password", password)]).await
}

/// Whether a cookie still opens the door.
async fn is_in(app: &TestApp, cookie: &str) -> bool {
    match get(app, "/staff/sessions", cookie).await.status {
        200 => true,
        303 => false,
        status => panic!("{status}"),
    }
}

fn says(page: &Page, text: &str) -> bool {
    page.body.contains(&i18n::text(Language::En, text, &[]).unwrap())
}

each_database!(the_link_works_once_and_ends_after_72_hours, |app| async move {
    let link = invited(&app, "eva@example.org", Role::Editor).await;
    let shown = app.get(&link).await;
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains("eva@example.org"));
    assert!(!app.get("/staff/invitation/forged").await.body.contains("<form"));

    let accepted = post(&app, &link, "", &[("password", PASSWORD)]).await;
    assert_eq!((accepted.status, accepted.headers["location"].to_str().unwrap()), (303, "/staff"));
    assert!(is_in(&app, &cookie_of(&accepted)).await);
    for again in [app.get(&link).await, post(&app, &link, "", &[("password", "Ein anderes, ganz neues Wort")]).await] {
        assert_eq!(again.status, 410);
        assert!(!again.headers.contains_key(SET_COOKIE));
    }
    assert_eq!(sign_in(&app, "eva@example.org", PASSWORD).await.status, 303, "the password is still the first");

    let link = invited(&app, "udo@example.org", Role::Viewer).await;
    app.passes(SignedDuration::from_hours(72) - SignedDuration::from_secs(1));
    assert_eq!(app.get(&link).await.status, 200);
    app.passes(SignedDuration::from_secs(1));
    assert_eq!(app.get(&link).await.status, 410);
    assert_eq!(post(&app, &link, "", &[("password", PASSWORD)]).await.status, 410);
});

each_database!(a_weak_password_is_refused_with_a_reason_and_the_link_stays, |app| async move {
    let link = format!("{}?lang=en", invited(&app, "eva@example.org", Role::Editor).await);
    let long = "lang ".repeat(60);
    for (weak, reason) in [
        ("", "password-error-too-short"),
        ("kurz", "password-error-too-short"),
        ("passwort1234", "password-error-too-easy"),
        ("P@55w0rd2026!", "password-error-too-easy"),
        ("qwertzuiop123", "password-error-too-easy"),
        ("Zentrum Übergänge", "password-error-too-easy"),
        (long.as_str(), "password-error-too-long"),
    ] {
        let refused = post(&app, &link, "", &[("password", weak)]).await;
        assert_eq!(refused.status, 422, "{weak}");
        assert!(says(&refused, reason), "{weak}: {}", refused.body);
        assert!(!refused.headers.contains_key(SET_COOKIE));
    }
    assert_eq!(post(&app, &link, "", &[("password", PASSWORD)]).await.status, 303);
});

each_database!(wrong_password_and_unknown_address_get_the_same_answer, |app| async move {
    member(&app, "eva@example.org", Role::Editor).await;
    invited(&app, "neu@example.org", Role::Editor).await;
    let wrong = sign_in(&app, "eva@example.org", "not the password").await;
    assert_eq!(wrong.status, 422);
    assert!(says(&wrong, "web-sign-in-refused"));
    for other in ["nobody@example.org", "neu@example.org", "", "no address", "eva@example.org\r\nBcc: x@example.org"] {
        let answer = sign_in(&app, other, "not the password").await;
        assert_eq!(answer.status, 422, "{other}");
        assert!(!answer.headers.contains_key(SET_COOKIE));
        if other.ends_with("example.org") && !other.contains('\r') {
            assert_eq!(answer.body, wrong.body.replace("eva@example.org", other));
        }
    }
    assert_eq!(sign_in(&app, "neu@example.org", "").await.status, 422, "no password is set, so none fits");
});

each_database!(after_several_failures_one_waits_ever_longer_but_is_never_locked_out, |app| async move {
    member(&app, "eva@example.org", Role::Editor).await;
    for _ in 0..6 {
        assert_eq!(sign_in(&app, "eva@example.org", "wrong").await.status, 422);
    }
    let mut waits = Vec::new();
    for _ in 0..3 {
        let blocked = sign_in(&app, "eva@example.org", PASSWORD).await;
        assert_eq!(blocked.status, 429, "not even the right one, while one has to wait");
        let wait: i64 = blocked.headers[RETRY_AFTER].to_str().unwrap().parse().unwrap();
        waits.push(wait);
        app.passes(SignedDuration::from_secs(wait));
        assert_eq!(sign_in(&app, "eva@example.org", "wrong").await.status, 422);
    }
    assert_eq!(waits, [10, 20, 40]);
    app.database.execute("UPDATE sign_in_failures SET failures = 1000000");
    app.passes(SignedDuration::from_secs(80));
    assert_eq!(sign_in(&app, "eva@example.org", "wrong").await.status, 422);
    app.passes(SignedDuration::from_mins(15));
    assert_eq!(sign_in(&app, "eva@example.org", PASSWORD).await.status, 303, "a quarter of an hour is the longest");
    assert_eq!(sign_in(&app, "eva@example.org", "wrong").await.status, 422);
    assert_eq!(sign_in(&app, "eva@example.org", PASSWORD).await.status, 303, "the count began anew");
});

each_database!(guesses_made_at_once_count_like_one_after_the_other, |app| async move {
    member(&app, "eva@example.org", Role::Editor).await;
    let (now, context) = (app.now(), Arc::clone(&app.app.context));
    let seen = app.store.read(move |conn| staff::credentials(conn, &context, now, "eva@example.org")).await.unwrap();
    assert_eq!(seen.wait_seconds, 0);
    // All of these were let in before the first of them had failed; the last one guessed right.
    for fits in [false, false, false, false, false, false, false, true] {
        let (context, id) = (Arc::clone(&app.app.context), seen.staff_id);
        let session =
            app.store.write(move |conn| staff::sign_in(conn, &context, now, "eva@example.org", id, fits)).await.unwrap();
        assert_eq!(session, None);
    }
});

each_database!(the_cookie_is_for_this_host_and_no_script, |app| async move {
    member(&app, "eva@example.org", Role::Editor).await;
    let answer = sign_in(&app, "eva@example.org", PASSWORD).await;
    let value = answer.headers[SET_COOKIE].to_str().unwrap();
    let mut parts: Vec<&str> = value.split("; ").collect();
    let token = parts.remove(0).strip_prefix("rundbrief=").unwrap();
    assert!(token.len() >= 43, "256 bits: {token}");
    parts.sort_unstable();
    assert_eq!(parts, ["HttpOnly", "Path=/", "SameSite=Lax"]);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_https_the_cookie_is_secure_and_bound_to_its_host() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let settings = vec![("PUBLIC_URL", "https://news.example.org".to_owned())];
        let app = TestApp::with(kind, Setup { settings, ..Setup::default() }).await;
        member(&app, "eva@example.org", Role::Editor).await;
        let answer = sign_in(&app, "eva@example.org", PASSWORD).await;
        let value = answer.headers[SET_COOKIE].to_str().unwrap();
        let mut parts: Vec<&str> = value.split("; ").collect();
        let token = parts.remove(0).strip_prefix("__Host-rundbrief=").unwrap();
        parts.sort_unstable();
        assert_eq!(parts, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
        assert!(is_in(&app, &cookie_of(&answer)).await);
        assert!(!is_in(&app, &format!("rundbrief={token}")).await, "the name without its guarantee is nobody's");
    }
}

each_database!(a_session_ends_after_half_an_hour_of_rest_and_after_twelve_hours, |app| async move {
    let cookie = member(&app, "eva@example.org", Role::Editor).await;
    let rest = SignedDuration::from_mins(30);
    app.passes(rest - SignedDuration::from_secs(1));
    assert!(is_in(&app, &cookie).await);
    app.passes(rest - SignedDuration::from_secs(1));
    assert!(is_in(&app, &cookie).await, "a look at a page keeps it awake");
    app.passes(rest);
    assert!(!is_in(&app, &cookie).await);
    assert!(!is_in(&app, &cookie).await, "and a late look does not wake it up");

    let cookie = cookie_of(&sign_in(&app, "eva@example.org", PASSWORD).await);
    for _ in 0..35 {
        app.passes(SignedDuration::from_mins(20));
        assert!(is_in(&app, &cookie).await);
    }
    app.passes(SignedDuration::from_mins(20));
    assert!(!is_in(&app, &cookie).await, "twelve hours are over");
});

each_database!(signing_out_and_revoking_end_a_session_and_a_new_one_has_a_new_token, |app| async move {
    let first = member(&app, "eva@example.org", Role::Editor).await;
    let other = member(&app, "udo@example.org", Role::Admin).await;
    let mut seen = HashSet::from([first.clone(), other.clone()]);
    let second = cookie_of(&sign_in(&app, "eva@example.org", PASSWORD).await);
    let third = cookie_of(&sign_in(&app, "eva@example.org", PASSWORD).await);
    assert!(seen.insert(second.clone()) && seen.insert(third.clone()));

    let out = post(&app, "/staff/sign-out", &first, &[]).await;
    assert_eq!(out.status, 303);
    assert!(out.headers[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert!(!is_in(&app, &first).await, "the old cookie is worth nothing any more");
    assert!(is_in(&app, &second).await);

    let list = get(&app, "/staff/sessions", &second).await.body;
    let ends: Vec<&str> = list.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let ends: Vec<&str> = ends.into_iter().filter(|action| action.contains("/revoke")).collect();
    assert_eq!(ends.len(), 1, "the third session; the own one has no button: {list}");
    post(&app, ends[0], &other, &[]).await;
    assert!(is_in(&app, &third).await, "nobody ends the sessions of others");
    assert_eq!(post(&app, ends[0], &second, &[]).await.status, 303);
    assert!(!is_in(&app, &third).await);
    assert!(is_in(&app, &second).await && is_in(&app, &other).await);

    // A new password ends what was begun with the old one.
    member(&app, "eva@example.org", Role::Editor).await;
    assert!(!is_in(&app, &second).await);
});

each_database!(the_database_holds_nothing_to_sign_in_with, |app| async move {
    let link = invited(&app, "eva@example.org", Role::Editor).await;
    let cookie = cookie_of(&post(&app, &link, "", &[("password", PASSWORD)]).await);
    let session = cookie.split_once('=').unwrap().1.to_owned();
    let invitation = link.rsplit('/').next().unwrap().to_owned();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let stored = |table: &str| {
        let column = if app.store.is_sqlite() { "lower(hex(token_hash))" } else { "encode(token_hash, 'hex')" };
        app.database.texts(&format!("SELECT {column} AS value FROM {table}"))
    };
    assert_eq!(stored("staff_sessions"), [hex(&secret_hash(&session))]);
    assert_eq!(stored("staff_invitations"), [hex(&secret_hash(&invitation))]);
    let phc = app.database.texts("SELECT password_hash AS value FROM staff");
    assert!(phc[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc:?}");
    if app.database.kind == Kind::Sqlite {
        for name in ["rundbrief.db", "rundbrief.db-wal"] {
            let bytes = std::fs::read(app.database.file().with_file_name(name)).unwrap_or_default();
            for secret in [session.as_str(), invitation.as_str(), PASSWORD] {
                assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} is in {name}");
            }
        }
    }
});
