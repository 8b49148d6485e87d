//! What the stories stand on: databases, servers and readers. None of it is ever skipped; what is missing fails with a clear text.

#![allow(dead_code, reason = "each story takes what it needs")]

pub mod app;
pub mod backup;
pub mod browser;
pub mod chance;
pub mod checks;
pub mod cluster;
pub mod database;
pub mod disk;
pub mod dkim;
pub mod instance;
pub mod ledger;
pub mod mail_server;
pub mod mails;
pub mod overheard;
pub mod page;
pub mod postfix;
pub mod process;
pub mod proxy;
pub mod python;
pub mod relay;
pub mod rust_text;
pub mod samples;
pub mod sink;
pub mod site;
pub mod wait;
pub mod wire_cut;
pub mod work;
