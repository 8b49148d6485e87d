//! The whole of "meaning by SMTP stage" (App. A2) against a server: what it does at each step, what we call that, and what
//! follows for a newsletter. `domain::matrix_tests` has the finer distinctions within a cell.

use jiff::{SignedDuration, Timestamp};
use rundbrief::domain::delivery::{Next, after};
use rundbrief::domain::states::DeliveryKind;
use tokio::task::JoinSet;

use super::encrypted::{acceptor, trusting};
use super::*;
use crate::support::relay::{CLOSE, SILENCE, Script, Tls};

/// 2yz, 4yz, 5yz, 421, a drop, no answer.
const FAULTS: [&str; 6] = [FINE, "451 4.3.0 later", "554 5.0.0 no", "421 4.3.2 closing", CLOSE, SILENCE];

const FINE: &str = "250 2.0.0 fine";

/// A step, the script that plays each fault there, and what comes of it.
type Row = (&'static str, Stage, [Script; 6], [(&'static str, &'static str); 6]);

macro_rules! row {
    ($step:literal, $stage:expr, $made:expr) => {
        (
            $step,
            $stage,
            [
                // Where 2yz is the usual answer it is left to the server.
                |step, _| (step == "DATA" && $step == "DATA").then_some(FINE),
                |step, _| (step == $step).then_some(FAULTS[1]),
                |step, _| (step == $step).then_some(FAULTS[2]),
                |step, _| (step == $step).then_some(FAULTS[3]),
                |step, _| (step == $step).then_some(FAULTS[4]),
                |step, _| (step == $step).then_some(FAULTS[5]),
            ],
            $made,
        )
    };
}

/// The conversation goes on and ends well.
const ON: (&str, &str) = ("accepted", "sent");
const TROUBLE: (&str, &str) = ("trouble", "relay rests");
const LATER: (&str, &str) = ("deferred", "retry");
const DOUBT: (&str, &str) = ("unknown", "unknown");

const MATRIX: [Row; 8] = [
    row!("BANNER", Stage::Banner, [ON, TROUBLE, TROUBLE, TROUBLE, TROUBLE, TROUBLE]),
    row!("EHLO", Stage::Ehlo, [ON, TROUBLE, TROUBLE, TROUBLE, TROUBLE, TROUBLE]),
    row!("STARTTLS", Stage::StartTls, [ON, TROUBLE, TROUBLE, TROUBLE, TROUBLE, TROUBLE]),
    row!("AUTH", Stage::Auth, [ON, TROUBLE, TROUBLE, TROUBLE, TROUBLE, TROUBLE]),
    row!("MAIL", Stage::Mail, [ON, TROUBLE, TROUBLE, TROUBLE, TROUBLE, TROUBLE]),
    row!("RCPT", Stage::Rcpt, [ON, LATER, ("rejected", "policy"), TROUBLE, TROUBLE, TROUBLE]),
    // 2yz is no answer to DATA.
    row!("DATA", Stage::Data, [TROUBLE, LATER, ("rejected", "policy"), TROUBLE, TROUBLE, TROUBLE]),
    row!("DOT", Stage::FinalDot, [ON, LATER, ("rejected", "policy"), ("deferred", "relay rests"), DOUBT, DOUBT]),
];

fn follows(outcome: &Outcome) -> &'static str {
    let now: Timestamp = "2026-11-22T09:00:00Z".parse().expect("a time");
    match after(DeliveryKind::Issue, outcome, 0, now - SignedDuration::from_mins(10), now, 0.5) {
        Next::Sent => "sent",
        Next::Bounced { suppress: true } => "gone",
        Next::Bounced { suppress: false } => "soft",
        Next::Failed { reason } => reason,
        Next::Retry { .. } => "retry",
        Next::BackToQueue => "relay rests",
        Next::Unknown => "unknown",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_and_each_fault_has_its_meaning() {
    let home = tempfile::tempdir().expect("a directory");
    let tls = acceptor(home.path(), "localhost");
    let mut cells = JoinSet::new();
    for (step, stage, scripts, made) in MATRIX {
        for ((fault, script), expected) in FAULTS.into_iter().zip(scripts).zip(made) {
            // Not pipelined: an answer out of the ordinary would put the others out of step as well.
            let options =
                Options { tls: Tls::Upgrade(tls.clone()), auth: Some("PLAIN"), pipelining: false, ..Options::default() };
            let directory = home.path().to_owned();
            cells.spawn(async move {
                let fake = FakeRelay::with(options).await;
                fake.plays(script);
                // Short only for the answer that does not come, and there long enough for a busy machine's other answers.
                let mut limits = patience();
                if fault == SILENCE {
                    let limit = match stage {
                        Stage::Banner => &mut limits.greeting,
                        Stage::Data => &mut limits.data,
                        Stage::FinalDot => &mut limits.final_dot,
                        _ => &mut limits.command,
                    };
                    *limit = Duration::from_secs(8);
                }
                let url = format!("smtp://news:s3cret@localhost:{}?tls=required", fake.port());
                let outcome = match trusting(&directory, &url).with_timeouts(limits).connect().await {
                    Ok(mut connection) => send(&mut connection, "ada@example.org", MESSAGE).await,
                    Err(outcome) => outcome,
                };
                let cell = format!("{step}, {fault:?}: {outcome:?}");
                assert_eq!((kind(&outcome), follows(&outcome)), expected, "{cell}");
                if expected != ON {
                    let code = fault.split(' ').next().and_then(|code| code.parse().ok()).unwrap_or(0);
                    assert_eq!((outcome.reply().stage, outcome.reply().code), (stage, code), "{cell}");
                }
                assert_eq!(fake.count(), usize::from(expected == ON), "{cell}");
            });
        }
    }
    while let Some(cell) = cells.join_next().await {
        cell.expect("as in the matrix");
    }
}
