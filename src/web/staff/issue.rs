//! One issue on its way: the ledger, counted, and the buttons that steer it. The page does not reload by itself; it has
//! a link for that, so nobody loses their place (WCAG 2.2, 2.2.1 and 3.2.5).

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::plan::Plans;
use super::publish::missing_settings;
use super::question;
use super::said::{self, Said};
use super::{bar, go_to, session};
use crate::domain::language::Language;
use crate::domain::states::{IssueState, Role};
use crate::i18n::{self, MissingText, Value};
use crate::journeys::again::{self, Again};
use crate::journeys::issues::{self, Doubt, Steered};
use crate::journeys::publish::PublishAnswer;
use crate::journeys::status::{self, Counts, Course, IssueStatus};
use crate::journeys::{JourneyError, plans, proof, subscribe};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::words;

/// Mails in doubt that a page shows.
const DOUBTS: i64 = 100;

#[derive(Serialize)]
struct Issue {
    said: Option<Said>,
    state: &'static str,
    state_text: String,
    progress: String,
    done: i64,
    total: i64,
    held: Option<String>,
    /// Who published it against the check.
    despite: Option<String>,
    /// Where the check says what it finds in an issue that waits.
    check: Option<String>,
    rests: Option<String>,
    course: Vec<Fact>,
    counts: Vec<Count>,
    refusals: Vec<Refused>,
    unknown: bool,
    doubts: Vec<Doubtful>,
    more_doubts: Option<String>,
    #[serde(rename = "self")]
    this: String,
    time: String,
    acts: Vec<Act>,
    archive: Option<String>,
    /// Where it is one.
    plans: Option<Plans>,
}

#[derive(Serialize)]
struct Count {
    state: &'static str,
    name: String,
    count: String,
    any: bool,
}

#[derive(Serialize)]
struct Fact {
    name: String,
    value: String,
}

/// An answer of the relay, and to how many mails.
#[derive(Serialize)]
struct Refused {
    reply: String,
    stage: String,
    count: String,
}

#[derive(Serialize)]
struct Doubtful {
    address: String,
    times: Vec<String>,
    heard: String,
}

#[derive(Serialize)]
struct Act {
    action: String,
    text: String,
    second: bool,
    /// A link to the question, in place of a button.
    asks: bool,
}

/// GET /staff/newsletters/SLUG/issues/NUMBER
pub async fn show(
    state: web::Data<State>,
    pages: web::Data<Pages>,
    visit: Visit,
    request: HttpRequest,
    place: web::Path<(String, i64)>,
) -> Result<HttpResponse, Failure> {
    let member = session::required(&state, &request).await?;
    let (slug, number) = place.into_inner();
    let language = visit.language();
    let now = state.clock.now();
    let wanted = slug.clone();
    // Only for those who decide about them, and for those who answer for the data: it is a list of addresses.
    let may_see_doubts = member.role.may_publish() || member.role == Role::Privacy;
    let (newsletter, status, doubts, outlook) = state
        .store
        .read(move |conn| {
            let newsletter = subscribe::newsletters(conn, language)?.into_iter().find(|view| view.slug == wanted);
            let status = status::find(conn, now, &wanted, number)?;
            let in_doubt = may_see_doubts && status.as_ref().is_some_and(|status| status.counts.unknown > 0);
            let doubts = if in_doubt { proof::list_unknown(conn, &wanted, number, DOUBTS)? } else { None };
            let outlook = plans::outlook(conn, &wanted)?;
            Ok::<_, JourneyError>((newsletter, status, doubts.unwrap_or_default(), outlook))
        })
        .await?;
    let (newsletter, status) = newsletter.zip(status).ok_or(Failure::NotFound)?;
    let is_private = newsletter.is_private;
    let title = title(language, newsletter.title, number)?;
    let query = request.query_string();
    let missing = if said::word(query) == Some("settings") { missing_settings(&state, language)? } else { None };
    let said = match missing {
        Some(missing) => Some(Said::problem(missing)),
        None => said::said(language, query, numbers(&status.counts))?,
    };
    let zone = &newsletter.zone;
    let this = path(&slug, number);
    let counts = &status.counts;
    let content = Issue {
        said,
        state: status.state.as_str(),
        state_text: state_name(language, status.state)?,
        progress: progress(language, counts)?,
        done: done(counts),
        total: counts.recipients,
        held: status.held_reason.clone(),
        despite: despite(language, &status, zone)?,
        check: waits(&status).then(|| format!("/staff/newsletters/{slug}/publish{}", visit.query())),
        rests: rests(language, &status.course, zone)?,
        course: course(language, &status, zone)?,
        counts: ledger(language, counts)?,
        refusals: refusals(language, &status.course)?,
        unknown: counts.unknown > 0,
        more_doubts: match counts.unknown {
            ..=DOUBTS => None,
            _ => Some(Pages::say_with(language, "web-doubts-more", "count", DOUBTS)?),
        },
        doubts: doubts.iter().map(|doubt| doubtful(language, doubt, zone)).collect::<Result<_, _>>()?,
        time: words::moment(language, now, zone)?,
        acts: if member.role.may_publish() { acts(language, &this, &visit, &status)? } else { Vec::new() },
        archive: status.published_at.filter(|_| !is_private).map(|_| format!("/archive/{slug}{}", visit.query())),
        plans: match outlook.filter(|_| status.state == IssueState::Scheduled) {
            Some(outlook) => Some(Plans::of(language, now, &slug, &outlook, None)?),
            None => None,
        },
        this: format!("{this}{}", visit.query()),
    };
    pages.answer(&visit, Page::new("issue", language, title).with_switches().staff(bar(&member)), &content)
}

/// POST /staff/newsletters/SLUG/issues/NUMBER/ACT
pub async fn steer(
    state: web::Data<State>,
    visit: Visit,
    request: HttpRequest,
    place: web::Path<(String, i64, String)>,
) -> Result<HttpResponse, Failure> {
    let member = session::publisher(&state, &request).await?;
    let (slug, number, act) = place.into_inner();
    let context = Arc::clone(&state.context);
    let now = state.clock.now();
    let (wanted, verb, by) = (slug.clone(), act.clone(), member.address.clone());
    let (steered, note) = state
        .store
        .write(move |conn| {
            let doubt = |word: &str, resolved: Option<usize>| match resolved {
                Some(count) => (Steered::Done, format!("{word}&count={count}")),
                None => (Steered::NoSuchIssue, String::new()),
            };
            let done = |steered: Steered, word: &str| (steered, word.to_owned());
            Ok::<_, JourneyError>(Some(match verb.as_str() {
                "pause" => done(issues::pause(conn, &wanted, number)?, "paused"),
                "resume" => done(issues::resume(conn, &wanted, number)?, "resumed"),
                "cancel" => done(issues::cancel(conn, &wanted, number)?, "cancelled"),
                "release" => done(issues::release(conn, &context, now, &wanted, number, None)?, "released"),
                "despite" => done(issues::release(conn, &context, now, &wanted, number, Some(&by))?, "released"),
                "resend" => doubt("resent", issues::resolve(conn, now, &wanted, number, Doubt::Resend)?),
                "retry" => match again::resend_failed(conn, &context, now, &wanted, number)? {
                    Again::Queued { mails, .. } => doubt("resent", Some(mails)),
                    Again::Cancelled => done(Steered::NotIn(IssueState::Cancelled), ""),
                    Again::NoSuchIssue => doubt("resent", None),
                },
                "accept" => doubt("accepted", issues::resolve(conn, now, &wanted, number, Doubt::Accept)?),
                _ => return Ok(None),
            }))
        })
        .await?
        .ok_or(Failure::NotFound)?;
    tracing::info!(newsletter = slug, number, act, staff = member.id, result = ?steered, "issue steered by staff");
    let here = path(&slug, number);
    Ok(match steered {
        // An unnumbered issue has no page of its own any more once it is cancelled.
        Steered::Done if number == 0 => go_to(&visit, "/staff", "unplanned"),
        Steered::Done | Steered::Released(_) => go_to(&visit, &here, &note),
        Steered::NotIn(_) => go_to(&visit, &here, "not-now"),
        Steered::NoSuchIssue => return Err(Failure::NotFound),
        Steered::Published(PublishAnswer::Published { number, .. }) => go_to(&visit, &path(&slug, number), "published"),
        Steered::Published(PublishAnswer::NothingReady(_)) => go_to(&visit, &here, "nothing"),
        Steered::Published(PublishAnswer::Refused(_)) => go_to(&visit, &here, "refused"),
        Steered::Published(PublishAnswer::SettingsMissing(_)) => go_to(&visit, &here, "settings"),
        Steered::Published(PublishAnswer::Closed) => go_to(&visit, &here, "closed"),
        Steered::Published(PublishAnswer::Unsigned(_)) => go_to(&visit, &here, "unsigned"),
        Steered::Published(PublishAnswer::NoSuchNewsletter) => return Err(Failure::NotFound),
    })
}

/// "Weekly: issue 12", or the next one.
pub fn title(language: Language, newsletter: String, number: i64) -> Result<String, MissingText> {
    if number == 0 {
        return Pages::say_with(language, "web-issue-title-unnumbered", "title", newsletter);
    }
    i18n::text(language, "web-issue-title", &[("title", newsletter.into()), ("number", number.into())])
}

/// What the sentences about a step may say of the issue: `left` is what did not go out, or not yet.
pub fn numbers(counts: &Counts) -> Vec<(&'static str, Value)> {
    let open = counts.queued + counts.claimed + counts.transmitting;
    let number = |name, count: i64| (name, Value::from(words::number(count)));
    vec![
        ("number", counts.number.into()),
        ("unknown", counts.unknown.into()),
        number("sent", counts.sent),
        number("total", counts.recipients),
        number("open", open),
        number("left", open + counts.skipped),
    ]
}

pub fn path(slug: &str, number: i64) -> String {
    format!("/staff/newsletters/{slug}/issues/{number}")
}

pub fn state_name(language: Language, state: IssueState) -> Result<String, MissingText> {
    Pages::say(language, &format!("web-state-{state}"))
}

/// "2 776 of 3 980 mails are done".
pub fn progress(language: Language, counts: &Counts) -> Result<String, MissingText> {
    i18n::text(
        language,
        "web-issue-progress",
        // The words go by `count`; the others are written out for people.
        &[
            ("count", counts.recipients.into()),
            ("done", words::number(done(counts)).into()),
            ("total", words::number(counts.recipients).into()),
        ],
    )
}

/// In doubt is not done: somebody still has to decide.
fn done(counts: &Counts) -> i64 {
    counts.sent + counts.bounced + counts.failed + counts.skipped
}

fn ledger(language: Language, counts: &Counts) -> Result<Vec<Count>, MissingText> {
    counts
        .by_state()
        .into_iter()
        .map(|(state, count)| {
            Ok(Count {
                state,
                name: Pages::say(language, &format!("web-count-{state}"))?,
                count: words::number(count),
                any: count > 0,
            })
        })
        .collect()
}

/// How fast it goes, how long it takes, and what comes later.
fn course(language: Language, status: &IssueStatus, zone: &TimeZone) -> Result<Vec<Fact>, MissingText> {
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: String| {
        facts.push(Fact { name: Pages::say(language, name)?, value });
        Ok::<_, MissingText>(())
    };
    if status.counts.per_second > 0.0 {
        fact("web-course-rate", words::rate(language, status.counts.per_second)?)?;
    }
    if let Some(seconds) = status.counts.seconds_left {
        fact("web-course-left", words::duration(language, seconds)?)?;
    }
    if let Some(due) = status.course.next_due_at {
        let count = status.course.deferred;
        let args = [
            ("count", count.into()),
            ("total", words::number(count).into()),
            ("time", words::moment(language, due, zone)?.into()),
        ];
        fact("web-course-deferred", i18n::text(language, "web-course-deferred-next", &args)?)?;
    }
    Ok(facts)
}

fn rests(language: Language, course: &Course, zone: &TimeZone) -> Result<Option<String>, MissingText> {
    let Some(until) = course.relay_rests_until else { return Ok(None) };
    let reason = course.relay_trouble.clone().unwrap_or_default();
    let args = [("time", words::moment_to_the_second(language, until, zone)?.into()), ("reason", reason.into())];
    Ok(Some(i18n::text(language, "web-course-rests", &args)?))
}

fn refusals(language: Language, course: &Course) -> Result<Vec<Refused>, MissingText> {
    let said = course.refusals.iter().map(|refusal| {
        let (id, code) = match refusal.code {
            0 => ("proof-no-answer", String::new()),
            code => ("proof-answer-to", format!("{code} ")),
        };
        Ok(Refused {
            reply: format!("{code}{}", refusal.text),
            stage: Pages::say_with(language, id, "stage", refusal.stage.replace(' ', "-"))?,
            count: words::number(refusal.count),
        })
    });
    said.collect()
}

fn doubtful(language: Language, doubt: &proof::Doubtful, zone: &TimeZone) -> Result<Doubtful, MissingText> {
    let mut times = Vec::new();
    for (id, at) in [("web-doubts-since", doubt.in_doubt_since), ("web-doubts-tried", doubt.first_tried_at)] {
        if let Some(at) = at {
            times.push(Pages::say_with(language, id, "time", words::moment_to_the_second(language, at, zone)?)?);
        }
    }
    if doubt.resends > 0 {
        times.push(Pages::say_with(language, "web-doubts-resent", "count", doubt.resends)?);
    }
    let heard = match &doubt.last_heard {
        Some(heard) => heard.clone(),
        None => Pages::say(language, "web-doubts-nothing")?,
    };
    Ok(Doubtful { address: doubt.address.clone(), times, heard })
}

/// Held before it was published.
fn waits(status: &IssueStatus) -> bool {
    status.state == IssueState::Held && status.published_at.is_none()
}

fn despite(language: Language, status: &IssueStatus, zone: &TimeZone) -> Result<Option<String>, MissingText> {
    let Some(done) = &status.despite else { return Ok(None) };
    let values = [("name", done.by.clone().into()), ("time", words::moment(language, done.at, zone)?.into())];
    Ok(Some(i18n::text(language, "web-issue-despite-done", &values)?))
}

pub fn may_cancel(state: IssueState) -> bool {
    use IssueState::{Held, Paused, Preparing, Scheduled, Sending};
    matches!(state, Scheduled | Preparing | Sending | Paused | Held)
}

fn acts(language: Language, this: &str, visit: &Visit, status: &IssueStatus) -> Result<Vec<Act>, MissingText> {
    let mut verbs = match status.state {
        IssueState::Sending => vec!["pause"],
        IssueState::Paused => vec!["resume"],
        IssueState::Held if waits(status) => vec!["release", "despite"],
        IssueState::Held => vec!["release"],
        _ => Vec::new(),
    };
    if status.counts.unknown > 0 {
        verbs.extend(["resend", "accept"]);
    }
    if status.counts.failed > 0 && !matches!(status.state, IssueState::Held | IssueState::Cancelled) {
        verbs.push("retry");
    }
    if may_cancel(status.state) {
        verbs.push("cancel");
    }
    let act = |verb: &str| {
        Ok(Act {
            action: format!("{this}/{verb}{}", visit.query()),
            text: Pages::say(language, &format!("web-issue-{verb}"))?,
            second: !matches!(verb, "pause" | "resume" | "release"),
            asks: question::ASKED.contains(&verb),
        })
    };
    verbs.into_iter().map(act).collect()
}
