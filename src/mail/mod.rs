//! From templates to frozen editions, from editions to messages, and from messages into the relay's hands.

pub mod dkim;
pub mod edition;
pub mod message;
pub mod preview;
pub mod quoted;
pub mod relay;
pub mod templates;
