//! What the power, the kernel and the database can do to a delivering process.

mod commits;
mod database;
mod killed;
mod nodes;
mod power;
mod refusals;
mod relay;
