-- How often something was asked for within a window of time, over all nodes. Keys are keyed hashes: the table names nobody.
CREATE TABLE limits (
    scope TEXT NOT NULL,                -- what is limited, and over which time
    key BLOB NOT NULL,                  -- of a network, a domain, or a part of everything
    began_at INTEGER NOT NULL,          -- of the window
    count INTEGER NOT NULL,
    PRIMARY KEY (scope, key, began_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX limits_began ON limits (began_at);

-- Challenges of the proof of work that were answered: each counts once.
CREATE TABLE spent_challenges (
    nonce BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_challenges_expiry ON spent_challenges (expires_at);

-- What runs by the clock, and when it last did.
CREATE TABLE duties (
    name TEXT PRIMARY KEY,
    ran_at INTEGER NOT NULL,
    report TEXT NOT NULL                -- JSON: what was done, in numbers
) STRICT;

-- Imports, so that one that was interrupted goes on where it was.
CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    file_hash BLOB NOT NULL,            -- SHA-256 of the file
    evidence TEXT NOT NULL,             -- how these people agreed, in the words of who imports
    rows_done INTEGER NOT NULL,         -- data rows of the file that were looked at and are committed
    added INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (newsletter_id, file_hash)
) STRICT;

-- An opt-in may ask for another address instead of a newsletter.
ALTER TABLE opt_ins ADD COLUMN new_address TEXT;
ALTER TABLE opt_ins ADD COLUMN new_canonical TEXT;
-- Where it was asked from, if the settings want that; it has a shorter life than the rest.
ALTER TABLE opt_ins ADD COLUMN network TEXT;
CREATE INDEX deliveries_single_ended ON deliveries (ended_at) WHERE issue_id IS NULL;
CREATE INDEX opt_ins_new ON opt_ins (new_canonical, requested_at) WHERE new_canonical IS NOT NULL;
CREATE INDEX opt_ins_unconfirmed ON opt_ins (expires_at) WHERE confirmed_at IS NULL;
CREATE INDEX opt_ins_network ON opt_ins (requested_at) WHERE network IS NOT NULL;
-- When what its mails say of people was cut down to what proves them.
ALTER TABLE issues ADD COLUMN trimmed_at INTEGER;
