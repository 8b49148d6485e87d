//! Values and rules: no I/O, no clock, no SQL, no HTTP, no async. `now` is always an argument.

pub mod address;
pub mod after;
pub mod altcha;
mod base32;
pub mod cadence;
pub mod calendar;
pub mod check;
pub mod colour;
pub mod consent;
pub mod content;
pub mod copying;
pub mod delivery;
pub mod feed;
pub mod front_matter;
pub mod funding;
pub mod guard;
pub mod header;
pub mod import;
pub mod issue_words;
pub mod language;
pub mod limits;
pub mod memory;
pub mod moment;
pub mod nearest;
pub mod network;
pub mod news;
pub mod pace;
pub mod picture;
pub mod proof;
pub mod reach;
pub mod search;
pub mod sheet;
pub mod slug;
pub mod staff;
pub mod stamp;
pub mod states;
pub mod throttle;
pub mod token;
pub mod verdict;
pub mod why;

#[cfg(test)]
mod address_tests;
#[cfg(test)]
mod after_tests;
#[cfg(test)]
mod import_consent_tests;
#[cfg(test)]
mod import_reading_tests;
#[cfg(test)]
mod import_tests;
#[cfg(test)]
mod matrix_tests;
#[cfg(test)]
mod news_tests;
#[cfg(test)]
mod token_tests;
