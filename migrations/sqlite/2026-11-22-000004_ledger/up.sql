-- Frozen mail content with slots, by hash: an issue in one language, or any other mail's text.
CREATE TABLE editions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue_id INTEGER REFERENCES issues (id),
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    hash BLOB NOT NULL,                 -- SHA-256 of content
    content BLOB NOT NULL,              -- mail::Edition as JSON
    web TEXT NOT NULL,                  -- the web version's HTML; empty where there is none
    created_at INTEGER NOT NULL,
    UNIQUE (issue_id, language)
) STRICT;
CREATE UNIQUE INDEX editions_without_issue ON editions (hash) WHERE issue_id IS NULL;

-- A process that delivers. Its death is judged by beats that stand still, never by clocks.
CREATE TABLE nodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    beat INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

-- What every node must know of the relay's health.
CREATE TABLE relays (
    name TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    blocked_until INTEGER,
    trouble TEXT,
    at INTEGER NOT NULL
) STRICT;

-- The ledger: one durable row per recipient and mail. Queue, proof and progress at once.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL,            -- random; the Message-ID is made of it
    kind TEXT NOT NULL CHECK (kind IN ('confirmation', 'issue', 'test', 'notice')),
    issue_id INTEGER REFERENCES issues (id),
    edition_id INTEGER NOT NULL REFERENCES editions (id),
    subscriber_id INTEGER REFERENCES subscribers (id),
    subscription_id INTEGER REFERENCES subscriptions (id),
    opt_in_id INTEGER REFERENCES opt_ins (id),
    newsletter_id INTEGER REFERENCES newsletters (id),
    address TEXT NOT NULL,              -- as used
    name TEXT,                          -- as used
    relay TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'claimed', 'transmitting', 'sent', 'bounced', 'failed', 'unknown', 'skipped')),
    reason TEXT,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    resends INTEGER NOT NULL DEFAULT 0, -- after doubt; a confirmation gets one by itself
    claim_token BLOB,
    node_id INTEGER,
    link_key INTEGER,                   -- id of the key its links are signed with, fixed at the first claim
    dated_at INTEGER,                   -- the Date header, fixed at the first claim
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    stage TEXT,                         -- of the last SMTP conversation
    code INTEGER,
    reply TEXT,
    UNIQUE (issue_id, subscriber_id)
) STRICT;
-- The claim walks exactly this index; see store/deliveries.rs for the plan.
CREATE INDEX deliveries_queued ON deliveries (issue_id, due_at, id) WHERE state = 'queued';
CREATE INDEX deliveries_open ON deliveries (issue_id, state) WHERE state IN ('claimed', 'transmitting', 'unknown');
CREATE INDEX deliveries_held_by ON deliveries (node_id) WHERE state IN ('claimed', 'transmitting');
CREATE INDEX deliveries_waiting_for ON deliveries (subscription_id) WHERE state IN ('queued', 'claimed');
CREATE INDEX deliveries_opt_in ON deliveries (opt_in_id) WHERE opt_in_id IS NOT NULL;
