//! What people do and see, on both databases.

mod addresses;
mod browser;
mod command_line;
mod confirm;
mod deliver;
mod format;
mod guard;
mod keys;
mod leave;
mod ledger;
mod logs;
mod newsroom;
mod nodes;
mod outcomes;
mod pace;
mod pages;
mod postfix;
mod preferences;
mod publish;
mod running;
mod schedule;
mod settings;
mod sink;
mod staff;
mod subscribe;
mod trouble;
