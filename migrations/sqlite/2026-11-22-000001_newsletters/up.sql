-- The installation itself: one row. Its epoch changes when a restored backup is confirmed.
CREATE TABLE instance (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    public_id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    key_fingerprints TEXT NOT NULL,     -- JSON, by key id: a lost or exchanged key file is noticed before links are signed
    created_at INTEGER NOT NULL
) STRICT;

-- What one subscribes to. The slug is also its List-Id label and never changes.
CREATE TABLE newsletters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    from_name TEXT NOT NULL,
    from_address TEXT NOT NULL,
    reply_to TEXT,
    languages TEXT NOT NULL,            -- JSON array of tags, the first is the default
    cadence TEXT,                       -- cron, five fields; NULL: staff only
    zone TEXT NOT NULL,                 -- IANA name the cadence is meant in
    next_due_at INTEGER,                -- computed from the cadence, in µs since 1970 UTC like every time here
    activations INTEGER NOT NULL DEFAULT 0, -- counts every subscription that became active; an issue remembers the count as its recipients' limit
    last_number INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX newsletters_due ON newsletters (next_due_at) WHERE next_due_at IS NOT NULL;

-- What a newsletter says about itself, in each of its languages.
CREATE TABLE newsletter_texts (
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,          -- content and frequency, shown on the form
    footer TEXT NOT NULL,
    funding TEXT NOT NULL,
    PRIMARY KEY (newsletter_id, language)
) STRICT;

-- Consent texts and privacy notices exactly as shown, by content hash.
CREATE TABLE wordings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,          -- SHA-256 of kind, language, newsletter and text
    kind TEXT NOT NULL CHECK (kind IN ('consent', 'privacy')),
    language TEXT NOT NULL,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    first_shown_at INTEGER NOT NULL
) STRICT;
