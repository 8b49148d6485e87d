//! The network address a request came from, and how much of it an instance keeps.

use serde::{Deserialize, Serialize};

/// How much of a visitor's network address is kept with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkNote {
    None,
    /// Without the last octet of IPv4, the last 80 bits of IPv6.
    Truncated,
    Full,
}
