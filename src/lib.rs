//! Rundbrief is a self-hosted newsletter system: visitors subscribe with a double opt-in, staff write news items,
//! a worker turns them into HTML and plain-text mail and hands them to an SMTP relay, readers leave with one click.
//!
//! *An issue is published exactly once; each mail is handed over at most once, unless staff choose to resend it
//! (a doubtful confirmation mail once more); and every doubt is a row.*
//!
//! The modules in reading order. Each may use only those above it (tests/it/layering.rs):

pub mod clock;
pub mod domain;
pub mod fetch;
pub mod i18n;
pub mod telemetry;

pub mod mail;
pub mod store;

pub mod journeys;

pub mod delivery;
pub mod feeds;
pub mod scheduler;
pub mod web;

pub mod settings;

pub mod app;

pub mod cli;
