//! `rundbrief issue check`: what readers of the next issue would stumble over, in words or as JSON.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use serde::Serialize;

use super::{CliError, block_on, issue};
use crate::app::App;
use crate::domain::check::{Finding, Severity};
use crate::domain::language::Language;
use crate::i18n::check::{Told, tell};
use crate::journeys::check::{self, Outline};

#[derive(Serialize)]
struct Report<'a> {
    newsletter: &'a str,
    errors: usize,
    warnings: usize,
    hints: usize,
    findings: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    message: String,
    mend: String,
}

/// Links that are tried at the same time.
const AT_ONCE: usize = 8;

/// Fails if there are errors: publishing would be refused, but for links that lead nowhere.
pub(super) fn run(app: &App, slug: &str, links: bool, json: bool) -> Result<(), CliError> {
    let (context, now) = (Arc::clone(&app.context), app.clock.now());
    let outline = app.store.read_blocking(|conn| check::check(conn, &context, now, slug))?;
    let outline = outline.ok_or_else(|| issue::no_newsletter(slug))?;
    let dead = if links { unreachable(app, &outline)? } else { Vec::new() };
    let nowhere = dead.iter().filter(|finding| finding.severity == Severity::Error).count();
    let mut found = outline.found;
    found.extend(dead);
    let count = |severity| found.iter().filter(|finding| finding.severity == severity).count();
    let [errors, warnings, hints] = Severity::ALL.map(count);
    if json {
        let line = |finding| {
            let Told { message, mend, .. } = tell(Language::En, finding)?;
            Ok(Line { finding, message, mend })
        };
        let findings = found.iter().map(line).collect::<Result<_, CliError>>()?;
        let report = Report { newsletter: slug, errors, warnings, hints, findings };
        say!("{}", serde_json::to_string(&report).map_err(|error| CliError::Failed(error.to_string()))?);
    } else {
        show(&found)?;
        say!("the next issue of {slug}: {}, {}, {}", of(errors, "error"), of(warnings, "warning"), of(hints, "hint"));
    }
    match errors {
        0 => Ok(()),
        _ if errors == nowhere => Err(CliError::Failed(format!(
            "{} in the next issue of {slug} lead nowhere: mend what is named above; publishing does not look at links again",
            of(nowhere, "link")
        ))),
        _ => refuse(slug, errors),
    }
}

/// Tries every link to other people's websites.
fn unreachable(app: &App, outline: &Outline) -> Result<Vec<Finding>, CliError> {
    let Some(issue) = &outline.issue else { return Ok(Vec::new()) };
    let fetcher = app.fetcher();
    let probe = |link: String| {
        let fetcher = fetcher.clone();
        async move {
            let answer = fetcher.probe(&link).await.map_err(|error| error.to_string());
            (link, answer)
        }
    };
    let probes = stream::iter(outline.links(&app.context)).map(probe).buffer_unordered(AT_ONCE);
    let results: Vec<_> = block_on(probes.collect())?;
    Ok(crate::domain::check::unreachable(issue, &results))
}

/// Findings in words, one after the other.
pub(super) fn show(found: &[Finding]) -> Result<(), CliError> {
    for finding in found {
        let Told { severity, place, message, mend } = tell(Language::En, finding)?;
        let edition = finding.place.edition.as_ref().map(|tag| format!("{tag}, ")).unwrap_or_default();
        let quote = finding.place.quote.as_ref().map(|words| format!(": \"{words}\"")).unwrap_or_default();
        say!("{severity} in {edition}{place}{quote}");
        say!("  {message} ({})", finding.rule.id());
        say!("  {mend}");
    }
    Ok(())
}

/// What keeps an issue from being published, and the way out.
pub(super) fn refuse(slug: &str, errors: usize) -> Result<(), CliError> {
    match errors {
        0 => Ok(()),
        _ => Err(CliError::Failed(format!(
            "{} in the next issue of {slug}: mend what is named above, or publish with --despite \"YOUR NAME\", which is recorded",
            of(errors, "error")
        ))),
    }
}

fn of(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
