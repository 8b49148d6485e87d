//! The whole of Rundbrief in a test's hands: a fresh database, a clock that stands still, a relay that fails on request.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rundbrief::app::App;
use rundbrief::clock::Clock;
use rundbrief::delivery::{Drained, Engine};
use rundbrief::domain::address::Address;
use rundbrief::domain::language::Language;
use rundbrief::domain::news::NewsFile;
use rundbrief::domain::token::random_id;
use rundbrief::journeys::news;
use rundbrief::journeys::newsletters::{self, NewsletterError, NewsletterRequest, TextRequest};
use rundbrief::journeys::publish::{self, PublishAnswer};
use rundbrief::journeys::status::{self, Counts};
use rundbrief::mail::dkim::Algorithm;
use rundbrief::settings::Settings;
use rundbrief::store::{self, Store};

use super::database::{Database, Kind};
use super::dkim::key_settings;
use super::mails::{Mail, link_in_text, path_of};
pub use super::page::Page;
use super::page::page;
use super::relay::{FakeRelay, Options};

/// A story on both databases: makes the tests `NAME::sqlite` and `NAME::postgres`.
///
/// ```text
/// each_database!(a_hard_bounce_ends_the_subscription, |app| async move {
///     let ada = app.subscriber("bounce-550@example.org").await;
///     …
/// });
/// ```
macro_rules! each_database {
    ($(#[$note:meta])* $name:ident, |$app:pat_param| async move $story:block) => {
        $crate::support::app::each_database!($(#[$note])* $name, $crate::support::app::Setup::default(), |$app| async move $story);
    };
    // The same with a setup of its own.
    ($(#[$note:meta])* $name:ident, $setup:expr, |$app:pat_param| async move $story:block) => {
        $(#[$note])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn story($app: $crate::support::app::TestApp) $story

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story($crate::support::app::TestApp::with($crate::support::database::Kind::Sqlite, $setup).await).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                story($crate::support::app::TestApp::with($crate::support::database::Kind::Postgres, $setup).await).await
            }
        }
    };
}
pub(crate) use each_database;

/// What an instance in a test is set to. The real binary takes the same from its environment.
pub fn settings(database: &str, relay: &str, key_file: &Path, port: u16) -> Vec<(String, String)> {
    [
        ("PUBLIC_URL", format!("http://127.0.0.1:{port}")),
        ("HTTP__LISTEN", format!("127.0.0.1:{port}")),
        ("DATABASE__URL", database.to_owned()),
        ("SECRET__KEY_FILE", key_file.display().to_string()),
        ("RELAY__URL", relay.to_owned()),
        ("IMPRINT__ORGANISATION", "Zentrum für Übergänge".to_owned()),
        ("IMPRINT__ADDRESS", "Beispielweg 1, 04109 Leipzig".to_owned()),
        ("IMPRINT__EMAIL", "kontakt@example.org".to_owned()),
        ("PRIVACY__CONTACT", "datenschutz@example.org".to_owned()),
    ]
    .map(|(key, value)| (format!("RUNDBRIEF__{key}"), value))
    .into_iter()
    // Whatever this machine has in /etc is nobody's business here.
    .chain([("RUNDBRIEF_CONFIG".to_owned(), "/dev/null".to_owned())])
    .collect()
}

/// When every story begins: a Monday morning, well away from changes of clocks.
pub const BEGIN: &str = "2026-03-02T09:00:00Z";

/// Rundbrief on one fresh database, with a newsletter `weekly` in three languages. When it is dropped nothing may be
/// left half-done.
pub struct TestApp {
    pub app: App,
    pub clock: Clock,
    pub store: Store,
    pub relay: FakeRelay,
    /// Follows no redirect and keeps no cookie.
    pub client: reqwest::Client,
    /// For looking at rows, and changing them, behind the app's back.
    pub database: Database,
    engine: tokio::sync::OnceCell<Arc<Engine>>,
    /// Keys and whatever else lies beside the database.
    pub folder: tempfile::TempDir,
    may_be_unfinished: bool,
}

/// What one test asks of its instance.
#[derive(Default)]
pub struct Setup {
    pub relay: Options,
    /// Further settings, like ("RELAY__CONNECTIONS", "8").
    pub settings: Vec<(&'static str, String)>,
    /// Mails are signed with keys under these selectors, which lie in `dkim` beside the others.
    pub dkim: Vec<(&'static str, Algorithm)>,
    /// A migrated one of its own, instead of a fresh one.
    pub database: Option<Database>,
}

impl TestApp {
    pub async fn on(kind: Kind) -> TestApp {
        TestApp::with(kind, Setup::default()).await
    }

    pub async fn with(kind: Kind, setup: Setup) -> TestApp {
        // Blocking, but each test has threads of its own.
        let database = setup.database.unwrap_or_else(|| Database::migrated(kind));
        let relay = FakeRelay::with(setup.relay).await;
        let folder = tempfile::tempdir().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut settings =
            settings(&database.url, &relay.url(), &folder.path().join("secret.keys"), listener.local_addr().unwrap().port());
        let keys = if setup.dkim.is_empty() { Vec::new() } else { key_settings(&folder.path().join("dkim"), &setup.dkim) };
        settings.extend(setup.settings.into_iter().chain(keys).map(|(key, value)| (format!("RUNDBRIEF__{key}"), value)));
        let clock = Clock::manual(BEGIN.parse().unwrap());
        let app = {
            let clock = clock.clone();
            let open = move || App::open(Settings::from_parts(None, settings).unwrap(), clock).unwrap();
            tokio::task::spawn_blocking(open).await.unwrap()
        };
        let server = rundbrief::web::server(app.web_state(None, None).unwrap(), listener, 1).unwrap();
        tokio::spawn(server);
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let this = TestApp {
            clock,
            store: app.store.clone(),
            app,
            relay,
            client,
            database,
            engine: tokio::sync::OnceCell::new(),
            folder,
            may_be_unfinished: false,
        };
        this.newsletter("weekly").await;
        this
    }

    /// Makes a newsletter in German, English and Leichte Sprache.
    pub async fn newsletter(&self, slug: &str) -> i64 {
        let request = NewsletterRequest {
            slug: slug.to_owned(),
            name: format!("Newsletter {slug}"),
            from_name: "Zentrum für Übergänge".to_owned(),
            from_address: "news@example.org".to_owned(),
            languages: vec![Language::De, Language::En, Language::DeSimple],
            cadence: None,
            zone: "Europe/Berlin".to_owned(),
        };
        let now = self.now();
        self.store
            .write(move |conn| {
                let id = newsletters::add(conn, now, &request)?;
                for language in Language::OURS {
                    let text = TextRequest {
                        title: format!("{} ({language})", request.name),
                        description: "Erscheint wöchentlich.".to_owned(),
                        footer: "Fußzeile".to_owned(),
                        funding: "Gefördert durch Beispiele".to_owned(),
                    };
                    newsletters::put_text(conn, id, language, &text)?;
                }
                Ok::<_, NewsletterError>(id)
            })
            .await
            .unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.app.settings.public_url)
    }

    /// GET. Takes a path or a whole link out of a mail.
    pub async fn get(&self, link: &str) -> Page {
        page(self.client.get(self.door(link)).send().await.unwrap()).await
    }

    /// POST of a form.
    pub async fn post(&self, link: &str, form: &[(&str, &str)]) -> Page {
        page(self.client.post(self.door(link)).form(form).send().await.unwrap()).await
    }

    /// Fills in the public form of `weekly`.
    pub async fn asks(&self, address: &str, language: &str) -> Page {
        self.post("/subscribe", &[("email", address), ("newsletter", "weekly"), ("language", language)]).await
    }

    /// Somebody who subscribed to `weekly` by the public doors: form, mail, link, button.
    pub async fn subscriber(&self, address: &str) {
        self.subscriber_in(address, "de").await;
    }

    pub async fn subscriber_in(&self, address: &str, language: &str) {
        let had = self.mails_to(address).len();
        assert_eq!(self.asks(address, language).await.status, 200);
        self.drain().await;
        let mails = self.mails_to(address);
        assert_eq!(mails.len(), had + 1, "one confirmation mail for {address}");
        let link = link_in_text(mails.last().unwrap(), "confirm");
        assert_eq!(self.post(&link, &[]).await.status, 200);
    }

    /// Somebody who is active without a mail, for addresses at which mail fails.
    pub async fn active(&self, address: &str, language: Language) {
        let address = Address::parse(address).unwrap();
        let now = self.now().as_microsecond();
        self.store
            .write(move |conn| {
                let newsletter = store::newsletters::find(conn, "weekly")?.unwrap();
                let id =
                    store::subscribers::find_or_insert(conn, random_id().unwrap(), address.as_typed(), address.canonical(), now)?
                        .id;
                store::subscriptions::insert_pending(conn, random_id().unwrap(), id, newsletter.id, language, now)?;
                let subscription = store::subscriptions::find(conn, id, newsletter.id)?.unwrap();
                let activation = store::newsletters::next_activation(conn, newsletter.id)?;
                store::subscriptions::activate(conn, subscription.id, language, activation, now)
            })
            .await
            .unwrap();
    }

    /// Adds a news item in the given languages to `weekly`.
    pub async fn news_in(&self, headline: &str, languages: &[&str]) {
        for language in languages {
            let checked = if *language == "de-simple" { "checked_by: Prüfgruppe Leipzig, 2026-02-20\n" } else { "" };
            let text = format!(
                "---\nitem: {}\nlanguage: {language}\nheadline: \"{headline} ({language})\"\nlead: Vorspann\n{checked}---\nText der Nachricht, mit Umlauten: äöü »ß«.\n",
                headline.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
            );
            self.add_news(&text).await;
        }
    }

    /// Adds a news item file to `weekly`.
    pub async fn add_news(&self, file: &str) -> i64 {
        let file = NewsFile::parse(file).unwrap();
        let now = self.now();
        self.store.write(move |conn| news::add(conn, now, "weekly", &file, &Default::default())).await.unwrap()
    }

    /// Adds a news item in all languages and publishes; deliveries are made by [`TestApp::drain`].
    pub async fn publishes(&self, headline: &str) -> PublishAnswer {
        self.news_in(headline, &["de", "en", "de-simple"]).await;
        self.publish().await
    }

    /// Publishes what is ready of `weekly`.
    pub async fn publish(&self) -> PublishAnswer {
        self.publishes_as(None).await
    }

    /// The same, with somebody who answers for what the check finds.
    pub async fn publish_despite(&self, name: &'static str) -> PublishAnswer {
        self.publishes_as(Some(name)).await
    }

    async fn publishes_as(&self, despite: Option<&'static str>) -> PublishAnswer {
        let (context, now) = (Arc::clone(&self.app.context), self.now());
        self.store.write(move |conn| publish::publish(conn, &context, now, "weekly", despite)).await.unwrap()
    }

    pub async fn engine(&self) -> Arc<Engine> {
        let engine = self.engine.get_or_init(|| async { Arc::new(self.app.engine().await.unwrap()) }).await;
        Arc::clone(engine)
    }

    /// Works off everything that is due now.
    pub async fn drain(&self) -> Drained {
        self.engine().await.drain().await.unwrap()
    }

    /// Mails the relay accepted for an address, in the order they came.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.relay.received().iter().filter(|mail| mail.to == address).map(|mail| Mail::parse(&mail.data)).collect()
    }

    /// The counts of an issue of `weekly`.
    pub async fn status(&self, number: i64) -> Counts {
        let now = self.now();
        self.store.read(move |conn| status::find(conn, now, "weekly", number)).await.unwrap().unwrap().counts
    }

    pub async fn is_suppressed(&self, address: &str) -> bool {
        let keys = self.app.context.keyring.address_keys(Address::parse(address).unwrap().canonical());
        let now = self.now().as_microsecond();
        !self.store.read(move |conn| store::suppressions::list_suppressed(conn, &keys, now)).await.unwrap().is_empty()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock on. Nothing else makes time pass.
    pub fn passes(&self, time: SignedDuration) {
        self.clock.advance(time);
    }

    /// How many deliveries are in a state.
    pub fn deliveries(&self, state: &str) -> i64 {
        self.database.number(&format!("SELECT count(*) AS value FROM deliveries WHERE state = '{state}'"))
    }

    /// For a story that ends with a dead node: its claimed and transmitting rows are meant to be there.
    pub fn ends_unfinished(&mut self) {
        self.may_be_unfinished = true;
    }

    /// Where a link is really answered in this test, whatever the public URL says.
    pub fn door(&self, link: &str) -> String {
        format!("http://{}{}", self.app.settings.http.listen, path_of(link))
    }

    /// HEAD.
    pub async fn head(&self, link: &str) -> Page {
        page(self.client.head(self.door(link)).send().await.unwrap()).await
    }

    /// Any request, e.g. of `app.client.post(app.door(link))`.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        page(request.send().await.unwrap()).await
    }

    fn assert_nothing_is_half_done(&self) {
        if !self.may_be_unfinished {
            let half = self.database.texts(
                "SELECT address || ' is ' || state AS value FROM deliveries WHERE state IN ('claimed', 'transmitting') ORDER BY id",
            );
            assert!(half.is_empty(), "the story ended, and these deliveries are half-done: {half:?}");
        }
        if self.database.kind == Kind::Sqlite {
            let broken = self.database.texts("SELECT \"table\" || ' ' || rowid AS value FROM pragma_foreign_key_check");
            assert!(broken.is_empty(), "rows that refer to nothing: {broken:?}");
            assert_eq!(self.database.texts("SELECT integrity_check AS value FROM pragma_integrity_check"), ["ok"]);
            let folder = self.database.file().parent().unwrap().to_owned();
            for entry in std::fs::read_dir(folder).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                assert!(name.starts_with("rundbrief.db"), "{name} was left beside the database");
            }
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_nothing_is_half_done();
        }
    }
}

mod a_story_runs_on_each_database {
    use super::*;

    crate::support::app::each_database!(with_a_clock_that_stands_still, |app| async move {
        assert_eq!(app.now().to_string(), BEGIN);
        app.passes(SignedDuration::from_hours(24));
        assert_eq!(app.now().to_string(), "2026-03-03T09:00:00Z");
        assert_eq!(app.deliveries("queued"), 0);
        assert_eq!(app.store.is_sqlite(), app.database.kind == Kind::Sqlite);
    });
}
