//! The one integration binary: stories on both databases, real servers, and the rules of the house.
//! Run it by `tests/run`, which starts what it needs.

// A test may fail loudly, print, and read the clock and the environment; the rooms in src may not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

mod support;

mod faults;
mod layering;
mod papers;
mod plans;
mod relay;
mod schema;
mod stories;
