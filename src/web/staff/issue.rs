//! One issue on its way: the ledger, counted, and the buttons that steer it. The page does not reload by itself; it has
//! a link for that, so nobody loses their place (WCAG 2.2, 2.2.1 and 3.2.5).

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::publish::missing_settings;
use super::{bar, go_to, note, session};
use crate::domain::language::Language;
use crate::domain::states::{IssueState, Role};
use crate::i18n::{self, MissingText};
use crate::journeys::issues::{self, Doubt, Steered};
use crate::journeys::publish::PublishAnswer;
use crate::journeys::status::{self, Counts, Course, IssueStatus};
use crate::journeys::{JourneyError, proof, subscribe};
use crate::web::State;
use crate::web::failure::Failure;
use crate::web::language::Visit;
use crate::web::pages::{Page, Pages};
use crate::web::words;

/// Mails in doubt that a page shows.
const DOUBTS: i64 = 100;

#[derive(Serialize)]
struct Issue {
    notice: Option<String>,
    warning: Option<String>,
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
    refusals: Vec<Said>,
    unknown: bool,
    doubts: Vec<Doubtful>,
    more_doubts: Option<String>,
    #[serde(rename = "self")]
    this: String,
    time: String,
    acts: Vec<Act>,
    may_cancel: bool,
    archive: Option<String>,
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
struct Said {
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
    hint: bool,
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
    let (newsletter, status, doubts) = state
        .store
        .read(move |conn| {
            let newsletter = subscribe::newsletters(conn, language)?.into_iter().find(|view| view.slug == wanted);
            let status = status::find(conn, now, &wanted, number)?;
            let in_doubt = may_see_doubts && status.as_ref().is_some_and(|status| status.counts.unknown > 0);
            let doubts = if in_doubt { proof::list_unknown(conn, &wanted, number, DOUBTS)? } else { None };
            Ok::<_, JourneyError>((newsletter, status, doubts.unwrap_or_default()))
        })
        .await?;
    let (newsletter, status) = newsletter.zip(status).ok_or(Failure::NotFound)?;
    let is_private = newsletter.is_private;
    let title = newsletter.title;
    let title = if number == 0 {
        Pages::say_with(language, "web-issue-title-unnumbered", "title", title)?
    } else {
        i18n::text(language, "web-issue-title", &[("title", title.into()), ("number", number.into())])?
    };
    let said = note(language, request.query_string())?;
    let (warning, notice) = match said {
        Some(("settings", short)) => (Some(missing_settings(&state, language)?.unwrap_or(short)), None),
        Some(("not-now" | "nothing" | "refused", text)) => (Some(text), None),
        said => (None, said.map(|(_, text)| text)),
    };
    let this = path(&slug, number);
    let counts = &status.counts;
    let content = Issue {
        notice,
        warning,
        state: status.state.as_str(),
        state_text: state_name(language, status.state)?,
        progress: progress(language, counts)?,
        done: done(counts),
        total: counts.recipients,
        held: status.held_reason.clone(),
        despite: despite(language, &status)?,
        check: waits(&status).then(|| format!("/staff/newsletters/{slug}/publish{}", visit.query())),
        rests: rests(language, &status.course)?,
        course: course(language, &status)?,
        counts: ledger(language, counts)?,
        refusals: refusals(language, &status.course)?,
        unknown: counts.unknown > 0,
        more_doubts: match counts.unknown {
            ..=DOUBTS => None,
            _ => Some(Pages::say_with(language, "web-doubts-more", "count", DOUBTS)?),
        },
        doubts: doubts.iter().map(|doubt| doubtful(language, doubt)).collect::<Result<_, _>>()?,
        time: words::moment(language, now)?,
        acts: if member.role.may_publish() { acts(language, &this, &visit, &status)? } else { Vec::new() },
        may_cancel: may_cancel(status.state),
        archive: status.published_at.filter(|_| !is_private).map(|_| format!("/archive/{slug}{}", visit.query())),
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
    let steered = state
        .store
        .write(move |conn| {
            let doubt = |resolved: Option<usize>| if resolved.is_some() { Steered::Done } else { Steered::NoSuchIssue };
            Ok::<_, JourneyError>(Some(match verb.as_str() {
                "pause" => issues::pause(conn, &wanted, number)?,
                "resume" => issues::resume(conn, &wanted, number)?,
                "cancel" => issues::cancel(conn, &wanted, number)?,
                "release" => issues::release(conn, &context, now, &wanted, number, None)?,
                "despite" => issues::release(conn, &context, now, &wanted, number, Some(&by))?,
                "resend" => doubt(issues::resolve(conn, now, &wanted, number, Doubt::Resend)?),
                "accept" => doubt(issues::resolve(conn, now, &wanted, number, Doubt::Accept)?),
                _ => return Ok(None),
            }))
        })
        .await?
        .ok_or(Failure::NotFound)?;
    tracing::info!(newsletter = slug, number, act, staff = member.id, result = ?steered, "issue steered by staff");
    let here = path(&slug, number);
    Ok(match steered {
        // An unnumbered issue has no page of its own any more once it is cancelled.
        Steered::Done if number == 0 => go_to(&visit, "/staff", "done"),
        Steered::Done => go_to(&visit, &here, "done"),
        Steered::NotIn(_) => go_to(&visit, &here, "not-now"),
        Steered::NoSuchIssue => return Err(Failure::NotFound),
        Steered::Published(PublishAnswer::Published { number, .. }) => go_to(&visit, &path(&slug, number), "published"),
        Steered::Published(PublishAnswer::NothingReady(_)) => go_to(&visit, &here, "nothing"),
        Steered::Published(PublishAnswer::Refused(_)) => go_to(&visit, &here, "refused"),
        Steered::Published(PublishAnswer::SettingsMissing(_)) => go_to(&visit, &here, "settings"),
        Steered::Published(PublishAnswer::NoSuchNewsletter) => return Err(Failure::NotFound),
    })
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
fn course(language: Language, status: &IssueStatus) -> Result<Vec<Fact>, MissingText> {
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
        let args =
            [("count", count.into()), ("total", words::number(count).into()), ("time", words::moment(language, due)?.into())];
        fact("web-course-deferred", i18n::text(language, "web-course-deferred-next", &args)?)?;
    }
    Ok(facts)
}

fn rests(language: Language, course: &Course) -> Result<Option<String>, MissingText> {
    let Some(until) = course.relay_rests_until else { return Ok(None) };
    let reason = course.relay_trouble.clone().unwrap_or_default();
    let args = [("time", words::moment_to_the_second(language, until)?.into()), ("reason", reason.into())];
    Ok(Some(i18n::text(language, "web-course-rests", &args)?))
}

fn refusals(language: Language, course: &Course) -> Result<Vec<Said>, MissingText> {
    let said = course.refusals.iter().map(|refusal| {
        let (id, code) = match refusal.code {
            0 => ("proof-no-answer", String::new()),
            code => ("proof-answer-to", format!("{code} ")),
        };
        Ok(Said {
            reply: format!("{code}{}", refusal.text),
            stage: Pages::say_with(language, id, "stage", refusal.stage.replace(' ', "-"))?,
            count: words::number(refusal.count),
        })
    });
    said.collect()
}

fn doubtful(language: Language, doubt: &proof::Doubtful) -> Result<Doubtful, MissingText> {
    let mut times = Vec::new();
    for (id, at) in [("web-doubts-since", doubt.in_doubt_since), ("web-doubts-tried", doubt.first_tried_at)] {
        if let Some(at) = at {
            times.push(Pages::say_with(language, id, "time", words::moment_to_the_second(language, at)?)?);
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

fn despite(language: Language, status: &IssueStatus) -> Result<Option<String>, MissingText> {
    let Some(done) = &status.despite else { return Ok(None) };
    let values = [("name", done.by.clone().into()), ("time", words::moment(language, done.at)?.into())];
    Ok(Some(i18n::text(language, "web-issue-despite-done", &values)?))
}

fn may_cancel(state: IssueState) -> bool {
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
    if may_cancel(status.state) {
        verbs.push("cancel");
    }
    let act = |verb: &str| {
        Ok(Act {
            action: format!("{this}/{verb}{}", visit.query()),
            text: Pages::say(language, &format!("web-issue-{verb}"))?,
            second: !matches!(verb, "pause" | "resume" | "release"),
            hint: verb == "cancel",
        })
    };
    verbs.into_iter().map(act).collect()
}
