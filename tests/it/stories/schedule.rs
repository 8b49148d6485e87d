//! What is due comes by itself, once, on any number of nodes; what is too late waits for a person.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rundbrief::domain::cadence::Cadence;
use rundbrief::domain::language::Language;
use rundbrief::journeys::issues::{self, Steered};
use rundbrief::journeys::plans::{self, MoveAnswer, Plan, PlanAnswer};
use rundbrief::journeys::publish::PublishAnswer;
use rundbrief::journeys::schedule::{self, Tick};
use rundbrief::journeys::status::{self, IssueStatus};
use rundbrief::scheduler;
use rundbrief::store::Store;

use crate::support::app::{TestApp, each_database};

const LANGUAGES: [&str; 3] = ["de", "en", "de-simple"];

/// Gives `weekly` a cadence on the clocks of Berlin, counted from now.
fn cadence(app: &TestApp, cron: &str) {
    let next = Cadence::parse(cron, "Europe/Berlin").unwrap().next_after(app.now()).unwrap().as_microsecond();
    app.database.execute(&format!("UPDATE newsletters SET cadence = '{cron}', next_due_at = {next}"));
}

fn next_due(app: &TestApp) -> String {
    let micros = app.database.number("SELECT next_due_at AS value FROM newsletters");
    Timestamp::from_microsecond(micros).unwrap().to_string()
}

fn until(app: &TestApp, moment: &str) {
    app.passes(moment.parse::<Timestamp>().unwrap().duration_since(app.now()));
}

async fn beat(app: &TestApp) -> Vec<Tick> {
    scheduler::beat(&app.store, &app.app.context, &app.clock).await.unwrap()
}

fn published(number: i64, recipients: i64) -> Vec<Tick> {
    vec![Tick::Published { slug: "weekly".to_owned(), number, recipients }]
}

async fn all_issues(app: &TestApp) -> Vec<IssueStatus> {
    let now = app.now();
    app.store.read(move |conn| status::list(conn, now, "weekly", 50)).await.unwrap().unwrap()
}

async fn plan(app: &TestApp, slug: &'static str, at: &str) -> PlanAnswer {
    let (now, at) = (app.now(), at.parse().unwrap());
    app.store.write(move |conn| plans::plan(conn, now, slug, at)).await.unwrap()
}

async fn planned(app: &TestApp, at: &str) -> Plan {
    match plan(app, "weekly", at).await {
        PlanAnswer::Planned { plan, .. } => plan,
        other => panic!("{other:?}"),
    }
}

async fn shift(app: &TestApp, id: Option<i64>, at: &str) -> MoveAnswer {
    let at = at.parse().unwrap();
    app.store.write(move |conn| plans::shift(conn, "weekly", id, at)).await.unwrap()
}

async fn unplan(app: &TestApp, id: Option<i64>) -> MoveAnswer {
    app.store.write(move |conn| plans::unplan(conn, "weekly", id)).await.unwrap()
}

async fn cancel(app: &TestApp, number: i64) -> Steered {
    app.store.write(move |conn| issues::cancel(conn, "weekly", number)).await.unwrap()
}

async fn release(app: &TestApp, number: i64) -> Steered {
    let (context, now) = (Arc::clone(&app.app.context), app.now());
    app.store.write(move |conn| issues::release(conn, &context, now, "weekly", number, None)).await.unwrap()
}

each_database!(a_cadence_publishes_by_itself_and_plans_the_next_time, |app| async move {
    app.active("ada@example.org", Language::De).await;
    cadence(&app, "0 9 * * MON");
    assert_eq!(next_due(&app), "2026-03-09T08:00:00Z", "today's nine o'clock is over");
    app.news_in("Treffen", &LANGUAGES).await;
    until(&app, "2026-03-09T07:59:59Z");
    assert_eq!(beat(&app).await, []);
    until(&app, "2026-03-09T08:00:05Z");
    assert_eq!(beat(&app).await, published(1, 1));
    assert_eq!(next_due(&app), "2026-03-16T08:00:00Z");
    assert_eq!(beat(&app).await, []);
    assert_eq!(app.drain().await.sent, 1);
    assert!(app.mails_to("ada@example.org")[0].text.contains("Treffen (de)"));
    assert_eq!(app.status(1).await.state, "sent");
});

/// Beats every half hour with news always ready. Returns when issues came.
async fn beats(app: &TestApp, from: &str, to: &str) -> Vec<String> {
    until(app, from);
    cadence(app, "30 2 * * *");
    let mut came = Vec::new();
    let mut ready = false;
    while app.now() < to.parse().unwrap() {
        if !ready {
            app.news_in(&format!("Meldung {}", app.now().as_second()), &["de"]).await;
            ready = true;
        }
        for tick in beat(app).await {
            assert!(matches!(tick, Tick::Published { .. }), "{tick:?}");
            came.push(app.now().to_string());
            ready = false;
        }
        app.passes(SignedDuration::from_mins(30));
    }
    came
}

each_database!(half_past_two_comes_once_also_when_clocks_change, |app| async move {
    let spring = beats(&app, "2026-03-28T22:00:00Z", "2026-03-30T02:00:00Z").await;
    assert_eq!(spring, ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"], "at the gap's end, then at half past two again");
    let autumn = beats(&app, "2026-10-24T22:00:00Z", "2026-10-26T02:00:00Z").await;
    assert_eq!(autumn, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"], "the first of the two, not the second");
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 4);
});

each_database!(a_time_missed_by_more_than_six_hours_waits_until_somebody_releases_it, |app| async move {
    app.active("ada@example.org", Language::De).await;
    cadence(&app, "0 9 * * MON");
    app.news_in("Treffen", &LANGUAGES).await;
    until(&app, "2026-03-09T14:00:01Z");
    let ticks = beat(&app).await;
    let [Tick::Held { slug, reason }] = ticks.as_slice() else { panic!("{ticks:?}") };
    assert_eq!(slug, "weekly");
    assert!(reason.contains("2026-03-09T08:00:00Z") && reason.contains("6 hours"), "{reason}");
    assert_eq!(beat(&app).await, [], "it is told once");
    assert!(app.drain().await.is_idle(), "nothing is sent while it is held");
    let held = &all_issues(&app).await[0];
    assert_eq!((held.counts.state.as_str(), held.counts.number, held.held_reason.as_ref()), ("held", 0, Some(reason)));
    assert_eq!(next_due(&app), "2026-03-16T08:00:00Z");

    let Steered::Published(PublishAnswer::Published { number: 1, recipients: 1, .. }) = release(&app, 0).await else {
        panic!("not published")
    };
    assert_eq!(app.drain().await.sent, 1);
    assert_eq!(release(&app, 0).await, Steered::NoSuchIssue, "there is nothing left to release");
    assert_eq!(all_issues(&app).await[0].held_reason, None);
});

each_database!(a_time_missed_by_six_hours_is_made_up_for, |app| async move {
    cadence(&app, "0 9 * * MON");
    app.news_in("Treffen", &LANGUAGES).await;
    until(&app, "2026-03-09T14:00:00Z");
    assert_eq!(beat(&app).await, published(1, 0));
});

each_database!(a_held_issue_ends_when_somebody_cancels_it, |app| async move {
    cadence(&app, "0 9 * * MON");
    app.news_in("Treffen", &LANGUAGES).await;
    // Three Mondays without anybody there: one held issue, not three.
    until(&app, "2026-03-24T00:00:00Z");
    assert_eq!(beat(&app).await.len(), 1);
    assert_eq!(all_issues(&app).await.len(), 1);
    assert_eq!(cancel(&app, 0).await, Steered::Done);
    assert_eq!(cancel(&app, 0).await, Steered::NoSuchIssue);
    assert_eq!(release(&app, 0).await, Steered::NoSuchIssue);
    assert_eq!(beat(&app).await, []);
    // The news are still there for the next time.
    until(&app, "2026-03-30T07:00:00Z");
    assert_eq!(beat(&app).await, published(1, 0));
});

each_database!(beats_from_two_nodes_at_once_publish_once, |app| async move {
    app.active("ada@example.org", Language::De).await;
    cadence(&app, "*/5 * * * *");
    let url = app.database.url.clone();
    let second = tokio::task::spawn_blocking(move || Store::open(&url).unwrap()).await.unwrap();
    for round in 1..=3 {
        app.news_in(&format!("Runde {round}"), &["de"]).await;
        app.passes(SignedDuration::from_mins(5));
        let nodes = [&app.store, &second, &app.store, &second, &app.store, &second].map(|store| {
            let (store, context, clock) = (store.clone(), Arc::clone(&app.app.context), app.clock.clone());
            tokio::spawn(async move { scheduler::beat(&store, &context, &clock).await })
        });
        let mut ticks = Vec::new();
        for node in nodes {
            ticks.extend(node.await.unwrap().unwrap());
        }
        assert_eq!(ticks, published(round, 1));
        assert_eq!(app.drain().await.sent, 1);
    }
    assert_eq!(app.database.number("SELECT count(*) AS value FROM issues"), 3);
    assert_eq!(app.mails_to("ada@example.org").len(), 3);
});

each_database!(a_time_without_news_makes_no_issue_and_the_next_one_comes, |app| async move {
    cadence(&app, "0 9 * * *");
    let nothing = [Tick::NothingReady { slug: "weekly".to_owned() }];
    for day in 3..=5 {
        until(&app, &format!("2026-03-0{day}T08:00:00Z"));
        assert_eq!(beat(&app).await, nothing);
        assert_eq!(next_due(&app), format!("2026-03-0{}T08:00:00Z", day + 1));
        assert!(all_issues(&app).await.is_empty(), "staff see no issue");
    }
    app.news_in("Treffen", &LANGUAGES).await;
    until(&app, "2026-03-06T08:00:00Z");
    assert_eq!(beat(&app).await, published(1, 0));
    assert_eq!(all_issues(&app).await.len(), 1);
});

each_database!(a_planned_issue_comes_at_its_time, |app| async move {
    app.active("ada@example.org", Language::De).await;
    let first = planned(&app, "2026-03-02T15:00:00Z").await;
    assert_eq!(plan(&app, "weekly", "2026-03-02T15:00:00Z").await, PlanAnswer::Known(first), "the same time twice is once");
    assert_eq!(plan(&app, "daily", "2026-03-02T15:00:00Z").await, PlanAnswer::NoSuchNewsletter);
    let planned = &all_issues(&app).await[0];
    assert_eq!((planned.counts.state.as_str(), planned.due_at), ("scheduled", Some("2026-03-02T15:00:00Z".parse().unwrap())));
    app.news_in("Treffen", &LANGUAGES).await;
    until(&app, "2026-03-02T14:59:59Z");
    assert_eq!(beat(&app).await, []);
    until(&app, "2026-03-02T15:00:00Z");
    assert_eq!(beat(&app).await, published(1, 1));
    assert_eq!(beat(&app).await, []);
    assert_eq!(app.drain().await.sent, 1);
});

each_database!(a_planned_issue_can_be_called_off, |app| async move {
    plan(&app, "weekly", "2026-03-02T15:00:00Z").await;
    app.news_in("Treffen", &LANGUAGES).await;
    assert_eq!(cancel(&app, 0).await, Steered::Done);
    until(&app, "2026-03-02T15:00:00Z");
    assert_eq!(beat(&app).await, []);
    assert!(all_issues(&app).await.is_empty());
});

each_database!(a_plan_that_was_called_off_makes_room_for_another, |app| async move {
    planned(&app, "2026-03-02T15:00:00Z").await;
    assert_eq!(cancel(&app, 0).await, Steered::Done);
    let again = planned(&app, "2026-03-02T15:00:00Z").await;
    assert_eq!(unplan(&app, None).await, MoveAnswer::Unplanned(again));
    planned(&app, "2026-03-02T15:00:00Z").await;
    app.news_in("Treffen", &LANGUAGES).await;
    until(&app, "2026-03-02T15:00:00Z");
    assert_eq!(beat(&app).await, published(1, 0));
});

each_database!(two_plans_are_told_apart_moved_and_taken_back, |app| async move {
    let (first, second) = (planned(&app, "2026-03-02T15:00:00Z").await, planned(&app, "2026-03-03T15:00:00Z").await);
    assert_ne!(first.id, second.id);
    assert_eq!(unplan(&app, None).await, MoveAnswer::Several(vec![first, second]), "which one has to be said");
    assert_eq!(shift(&app, None, "2026-03-04T15:00:00Z").await, MoveAnswer::Several(vec![first, second]));
    assert_eq!(shift(&app, Some(first.id), "2026-03-03T15:00:00Z").await, MoveAnswer::Taken(second));
    let at = "2026-03-04T15:00:00Z".parse().unwrap();
    let moved = MoveAnswer::Moved { plan: Plan { id: first.id, at }, from: first.at, cadence: None };
    assert_eq!(shift(&app, Some(first.id), "2026-03-04T15:00:00Z").await, moved);
    app.news_in("Treffen", &LANGUAGES).await;
    until(&app, "2026-03-02T15:00:01Z");
    assert_eq!(beat(&app).await, [], "it was moved");
    assert_eq!(unplan(&app, Some(second.id)).await, MoveAnswer::Unplanned(second));
    assert_eq!(unplan(&app, Some(second.id)).await, MoveAnswer::NoSuchPlan(vec![Plan { id: first.id, at }]));
    until(&app, "2026-03-03T15:00:01Z");
    assert_eq!(beat(&app).await, [], "it was taken back");
    until(&app, "2026-03-04T15:00:00Z");
    assert_eq!(beat(&app).await, published(1, 0));
    assert_eq!(shift(&app, None, "2026-03-05T15:00:00Z").await, MoveAnswer::NoSuchPlan(vec![]), "it is published");
});

each_database!(a_plan_moved_at_the_last_moment_does_not_come_at_its_old_time, |app| async move {
    let plan = planned(&app, "2026-03-02T15:00:00Z").await;
    app.news_in("Treffen", &LANGUAGES).await;
    until(&app, "2026-03-02T15:00:00Z");
    let now = app.now();
    let due = app.store.read(move |conn| schedule::due_issues(conn, now)).await.unwrap();
    assert_eq!(due, [plan.id], "a node has seen that it is due");
    shift(&app, None, "2026-03-02T16:00:00Z").await;
    let context = Arc::clone(&app.app.context);
    let tick = app.store.write(move |conn| schedule::publish_due(conn, &context, now, plan.id)).await.unwrap();
    assert_eq!(tick, None);
    until(&app, "2026-03-02T16:00:00Z");
    assert_eq!(beat(&app).await, published(1, 0));
});

each_database!(a_plan_on_a_day_of_the_cadence_is_told, |app| async move {
    cadence(&app, "0 9 * * MON");
    let due = Some("2026-03-09T08:00:00Z".parse().unwrap());
    // Sunday evening in UTC, Monday in Berlin.
    let PlanAnswer::Planned { plan: on_monday, cadence } = plan(&app, "weekly", "2026-03-08T23:30:00Z").await else { panic!() };
    assert_eq!(cadence, due);
    let PlanAnswer::Planned { cadence: none, .. } = plan(&app, "weekly", "2026-03-09T23:30:00Z").await else { panic!() };
    assert_eq!(none, None, "Tuesday in Berlin");
    let MoveAnswer::Moved { cadence, .. } = shift(&app, Some(on_monday.id), "2026-03-09T08:00:00Z").await else { panic!() };
    assert_eq!(cadence, due);
    // At the very time of the cadence there is one issue.
    app.news_in("Treffen", &LANGUAGES).await;
    until(&app, "2026-03-09T08:00:00Z");
    assert_eq!(beat(&app).await, published(1, 0));
    assert_eq!(beat(&app).await, []);
});
