//! What a node remembers of its database, outside of it, and what that says about the database it meets.
//!
//! Each node counts its beats in a row of its own and keeps the count in a file as well, after the database has committed it.
//! A backup that is put back knows a smaller count, or does not know the row at all, whatever else was written since:
//! nobody but that node counts there. No clock is asked.

use serde::{Deserialize, Serialize};

use super::states::Fence;

/// What stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The database's public id, in hex.
    pub instance: String,
    pub epoch: i64,
    /// The last row that beat with this file. None: the epoch has been confirmed here and nobody has beaten since.
    pub node: Option<Beaten>,
    /// SQLite only: its file at that beat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<SeenFile>,
}

/// What says whether a file is still the one it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    pub inode: u64,
    /// ns since 1970.
    pub modified: i64,
    pub bytes: u64,
}

/// SQLite's file as it was just before the last beat, and the count that this beat wrote into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenFile {
    pub path: String,
    #[serde(flatten)]
    pub look: Look,
    pub count: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beaten {
    /// The row's public id, in hex.
    pub id: String,
    pub beat: i64,
}

/// What stands in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub instance: String,
    pub epoch: i64,
    /// The beat of the node that the file names. None: no such node.
    pub beat: Option<i64>,
    /// No node that remembers has ever worked with it.
    pub is_new: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is at least as new as what is remembered.
    Known,
    /// Nothing is remembered, and there is nothing to remember.
    New,
    /// Nothing is remembered of a database that was at work; or it was confirmed elsewhere since.
    Stranger,
    /// It is older than what is remembered.
    Restored,
    /// Another installation's.
    Foreign,
}

pub fn judge(memory: Option<&Memory>, found: &Found) -> Verdict {
    let Some(memory) = memory else {
        return if found.is_new && found.epoch <= 1 { Verdict::New } else { Verdict::Stranger };
    };
    if memory.instance != found.instance {
        return Verdict::Foreign;
    }
    if memory.epoch != found.epoch {
        return if memory.epoch > found.epoch { Verdict::Restored } else { Verdict::Stranger };
    }
    match &memory.node {
        // The file is written after the commit, so a database that is ahead of it is no wonder.
        Some(node) if found.beat.is_none_or(|beat| beat < node.beat) => Verdict::Restored,
        _ => Verdict::Known,
    }
}

/// What an operator has to do about a fence.
pub const ADVICE: &str = "No mail goes out and no cadence publishes by itself. \"rundbrief instance status\" shows what is at \
    stake, \"rundbrief instance confirm-restore\" goes on";

impl Fence {
    /// Why, for people.
    pub fn reason(self) -> &'static str {
        match self {
            Fence::Restored => "the database is older than what a node remembers of it, as after the restore of a backup",
            Fence::Unremembered => "no node remembers this database, so it may be a copy or a restored backup",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(epoch: i64, node: Option<(&str, i64)>) -> Memory {
        let node = node.map(|(id, beat)| Beaten { id: id.to_owned(), beat });
        Memory { instance: "a1".to_owned(), epoch, node, file: None }
    }

    fn found(epoch: i64, beat: Option<i64>) -> Found {
        Found { instance: "a1".to_owned(), epoch, beat, is_new: false }
    }

    #[test]
    fn a_database_is_known_when_it_is_not_behind() {
        let mine = memory(3, Some(("n", 10)));
        for (beat, verdict) in [(10, Verdict::Known), (11, Verdict::Known), (9, Verdict::Restored), (0, Verdict::Restored)] {
            assert_eq!(judge(Some(&mine), &found(3, Some(beat))), verdict, "{beat}");
        }
        assert_eq!(judge(Some(&mine), &found(3, None)), Verdict::Restored, "the node began after the backup");
        assert_eq!(judge(Some(&mine), &found(2, Some(10))), Verdict::Restored, "the backup is from before a confirmation");
        assert_eq!(judge(Some(&memory(3, None)), &found(3, None)), Verdict::Known, "confirmed here");
    }

    #[test]
    fn who_remembers_nothing_may_only_begin_anew() {
        assert_eq!(judge(None, &found(1, None)), Verdict::Stranger);
        assert_eq!(judge(None, &Found { is_new: true, ..found(1, None) }), Verdict::New);
        assert_eq!(judge(None, &Found { is_new: true, ..found(2, None) }), Verdict::Stranger);
        let elsewhere = judge(Some(&memory(3, Some(("n", 10)))), &found(4, Some(10)));
        assert_eq!(elsewhere, Verdict::Stranger, "whatever came since the confirmation is not remembered here");
        let foreign = Found { instance: "b2".to_owned(), ..found(3, Some(10)) };
        assert_eq!(judge(Some(&memory(3, Some(("n", 10)))), &foreign), Verdict::Foreign);
    }
}
