-- Re-encoded uploads, served at a public address that never changes.
CREATE TABLE images (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,     -- SHA-256 of the bytes: the same picture is stored once
    content_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- The sending of a newsletter. Numbered when it is published.
CREATE TABLE issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    number INTEGER,
    state TEXT NOT NULL CHECK (state IN ('draft', 'scheduled', 'preparing', 'sending', 'paused', 'sent', 'held', 'cancelled')),
    due_at INTEGER,                     -- the cadence's time or the one staff gave; unique, so that double ticks are harmless
    held_reason TEXT,
    held_from TEXT,                     -- the state to go back to when a held issue is released
    activation_limit INTEGER,           -- recipients are the active subscriptions up to this activation
    fanned_out_to INTEGER NOT NULL DEFAULT 0, -- written in the transaction that inserts the rows it speaks of
    published_at INTEGER,
    sent_at INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (newsletter_id, number),
    UNIQUE (newsletter_id, due_at)
) STRICT;
CREATE INDEX issues_open ON issues (state) WHERE state IN ('scheduled', 'preparing', 'sending', 'paused', 'held');
CREATE INDEX issues_cancelled ON issues (id) WHERE state = 'cancelled';

CREATE TABLE news_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    item_key TEXT,                      -- ties the files of one item together
    state TEXT NOT NULL CHECK (state IN ('draft', 'ready', 'used')),
    issue_id INTEGER REFERENCES issues (id),
    image_id INTEGER REFERENCES images (id),
    date TEXT,                          -- ISO 8601 calendar date
    starts TEXT,                        -- an event: local times in its zone
    ends TEXT,
    zone TEXT,
    place TEXT,
    online TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (newsletter_id, item_key)
) STRICT;
CREATE INDEX news_items_ready ON news_items (newsletter_id, state, id);

CREATE TABLE news_item_texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    news_item_id INTEGER NOT NULL REFERENCES news_items (id),
    language TEXT NOT NULL,
    kicker TEXT,
    headline TEXT NOT NULL,
    lead TEXT,
    body TEXT NOT NULL,                 -- Markdown
    link TEXT,
    alt TEXT,                           -- NULL: decorative
    caption TEXT,
    credit TEXT,
    funding TEXT,
    downloads TEXT NOT NULL,            -- JSON array
    checked_by TEXT,                    -- Leichte Sprache: who tested it, when (R242)
    UNIQUE (news_item_id, language)
) STRICT;
