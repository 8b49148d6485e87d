//! A database that is copied to another one, or was: which part it has in that, and why nobody works with it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What both databases note of a copy while it is made, and the source ever after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copying {
    /// Random, the same on both sides: an interrupted copy goes on only with its own other half.
    pub id: String,
    pub part: Part,
    /// The other side, without its password.
    pub other: String,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// It is copied from, and stays as it is until that is complete.
    Leaving,
    /// It is copied to, and not complete.
    Arriving,
    /// It was copied from. What comes after stands in the other one.
    Moved,
}

impl Copying {
    /// Why nobody works with the database `here`, and what to do.
    pub fn reason(&self, here: &str) -> String {
        let Copying { other, at, .. } = self;
        match self.part {
            Part::Leaving => format!(
                "{here} is in the middle of being copied to {other} (begun {at:.0}), so nothing may change in it. Repeat \"rundbrief \
                 copy-database\" to finish, or give it up with \"rundbrief copy-database --take-back\""
            ),
            Part::Arriving => format!(
                "{here} is an unfinished copy of {other} (begun {at:.0}). Finish it with \"rundbrief copy-database\", with the settings of \
                 {other}"
            ),
            Part::Moved => format!(
                "{here} has moved to {other} ({at:.0}): nothing is sent from here any more, and nobody subscribes or leaves here. Set \
                 database.url to the new place. If the move is not to count, \"rundbrief copy-database --take-back\" opens this one again"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_says_what_to_do() {
        let at: Timestamp = "2026-12-01T10:00:00.5Z".parse().expect("a time");
        for (part, words) in [
            (Part::Leaving, ["postgres://b/new (begun 2026-12-01T10:00:00Z)", "--take-back"]),
            (Part::Arriving, ["unfinished copy of postgres://b/new", "Finish it"]),
            (Part::Moved, ["moved to postgres://b/new (2026-12-01T10:00:00Z)", "database.url"]),
        ] {
            let copying = Copying { id: "a1".into(), part, other: "postgres://b/new".into(), at };
            let told = copying.reason("sqlite:///a.db");
            assert!(told.starts_with("sqlite:///a.db ") && words.iter().all(|word| told.contains(word)), "{told}");
            let written = serde_json::to_string(&copying).expect("JSON");
            assert_eq!(serde_json::from_str::<Copying>(&written).expect("the same"), copying);
        }
    }
}
