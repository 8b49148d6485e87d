//! What stories about the ledger need beside [`TestApp`]'s common part: crowds, steps taken by hand, delivering processes.

use std::process::Command;
use std::sync::Arc;

use rundbrief::domain::delivery::Outcome;
use rundbrief::domain::language::Language;
use rundbrief::domain::states::{DeliveryKind, DeliveryState};
use rundbrief::domain::token::random_id;
use rundbrief::journeys::JourneyError;
use rundbrief::journeys::issues::{self, Doubt, Steered};
use rundbrief::journeys::publish::{self, FanOut};
use rundbrief::journeys::settle::{self, Attempt};
use rundbrief::store::ledger::{self, ClaimToken, Claimant, Claimed};
use rundbrief::store::{self, Conn, StoreError};

use super::app::{TestApp, settings};
use super::process::Process;
use super::wait::until;

impl TestApp {
    /// `reader-1@example.org` and so on, active without a mail.
    pub async fn crowd(&self, readers: usize) {
        let now = self.now().as_microsecond();
        self.store
            .write(move |conn| {
                let newsletter = store::newsletters::find(conn, "weekly")?.unwrap();
                for n in 1..=readers {
                    let address = format!("reader-{n}@example.org");
                    let id = store::subscribers::find_or_insert(conn, random_id().unwrap(), &address, &address, now)?.id;
                    store::subscriptions::insert_pending(conn, random_id().unwrap(), id, newsletter.id, Language::De, now)?;
                    let subscription = store::subscriptions::find(conn, id, newsletter.id)?.unwrap();
                    let activation = store::newsletters::next_activation(conn, newsletter.id)?;
                    store::subscriptions::activate(conn, subscription.id, Language::De, activation, now)?;
                }
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    }

    /// The same for great numbers, half of them with names, in an instance where nobody has subscribed yet.
    pub async fn throng(&self, readers: i64) {
        let now = self.now().as_microsecond();
        let fill = move |conn: &mut Conn| {
            let newsletter = store::newsletters::find(conn, "weekly")?.unwrap();
            store::samples::fill(conn, newsletter.id, 1, readers, now)
        };
        self.store.write(fill).await.unwrap();
    }

    /// Claims by hand, as a lane's stock does, for a node that never lived in this process. None: mails of no issue.
    pub async fn claims(&self, issue: Option<i64>, token: ClaimToken, most: i64) -> Vec<Claimed> {
        let now = self.now().as_microsecond();
        self.database.execute("INSERT INTO nodes (name, beat, started_at) VALUES ('by hand', 0, 0)");
        let node_id = self.database.number("SELECT max(id) AS value FROM nodes");
        let claim = move |conn: &mut Conn| {
            let ids = ledger::claim(conn, issue, Claimant { node_id, token, link_key: 1, dkim: "", now }, most)?;
            ledger::list_claimed(conn, &ids, &token)
        };
        self.store.write(claim).await.unwrap()
    }

    /// Whether the ledger lets this row go out.
    pub async fn intends(&self, id: i64, token: ClaimToken) -> bool {
        self.store.write(move |conn| ledger::write(conn, &[], &[(id, token)])).await.unwrap().contains(&id)
    }

    /// Settles a row by hand, as the lane that holds `token` would. None: the row is not its any more.
    pub async fn settles(&self, row: &Claimed, token: ClaimToken, outcome: Outcome) -> Option<DeliveryState> {
        let attempt = Attempt {
            id: row.id,
            token,
            kind: DeliveryKind::parse(&row.kind).unwrap(),
            address: row.address.clone(),
            attempts: row.attempts,
            created_at: row.created_at,
            recovers: false,
            outcome,
        };
        let (context, now) = (Arc::clone(&self.app.context), self.now());
        let settle = move |conn: &mut Conn| settle::settle(conn, &context, now, &[&attempt], &[]);
        self.store.write(settle).await.unwrap().settled[0].map(|settled| settled.state)
    }

    /// The fan-out of everything published, without a lane.
    pub async fn fans_out(&self, issue: i64) {
        let now = self.now();
        while self.store.write(move |conn| publish::fan_out(conn, now, issue)).await.unwrap() != FanOut::Complete {}
    }

    /// Staff steer issue 1 of `weekly`.
    pub async fn steers(&self, how: fn(&mut Conn, &str, i64) -> Result<Steered, JourneyError>) {
        assert_eq!(self.store.write(move |conn| how(conn, "weekly", 1)).await.unwrap(), Steered::Done);
    }

    /// Staff decide about the rows in doubt of issue 1 of `weekly`; how many there were.
    pub async fn resolves(&self, doubt: Doubt) -> usize {
        let now = self.now();
        self.store.write(move |conn| issues::resolve(conn, now, "weekly", 1, doubt)).await.unwrap().unwrap()
    }

    /// Columns of the row for an address (the newest), joined by `|`; NULL is empty.
    pub fn row(&self, address: &str, columns: &[&str]) -> String {
        let joined: Vec<String> = columns.iter().map(|column| format!("coalesce(CAST({column} AS TEXT), '')")).collect();
        let value = joined.join(" || '|' || ");
        let sql = format!("SELECT {value} AS value FROM deliveries WHERE address = '{address}' ORDER BY id DESC LIMIT 1");
        self.database.texts(&sql).pop().unwrap_or_else(|| panic!("no delivery for {address}"))
    }

    /// A command of the real program for this instance.
    pub fn command(&self, arguments: &[&str], further: &[(&str, &str)]) -> Command {
        let port = self.app.settings.public_url.rsplit(':').next().unwrap().parse().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rundbrief"));
        command.args(arguments);
        command.envs(settings(&self.database.url, &self.relay.url(), &self.folder.path().join("secret.keys"), port));
        command.env("RUNDBRIEF__DELIVERY__TAKEOVER_SECONDS", "5");
        // What a story publishes by its own clock is old to a real process.
        command.env("RUNDBRIEF__DELIVERY__EXPIRE_HOURS", "87600");
        command.envs(further.iter().map(|(key, value)| (format!("RUNDBRIEF__{key}"), value)));
        command
    }

    /// A process of its own that delivers for this instance. Its log lies beside the keys.
    pub fn worker(&self, name: &str, further: &[(&str, &str)]) -> Process {
        Process::start(&mut self.command(&["serve", "--only", "delivery"], further), &self.folder.path().join(name))
    }

    /// What a worker wrote to its log.
    pub fn log(&self, name: &str) -> String {
        super::process::read(&self.folder.path().join(name))
    }

    /// Looks until a count in the database is as wished: for what real processes do in their own time.
    pub async fn until(&self, count: &str, enough: impl Fn(i64) -> bool) -> i64 {
        let sql = format!("SELECT count(*) AS value FROM {count}");
        let mut found = 0;
        let is_so = async || {
            found = self.database.number(&sql);
            enough(found)
        };
        until(is_so, || format!("{sql} is {}", self.database.number(&sql))).await;
        found
    }
}
