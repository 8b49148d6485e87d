CREATE TABLE subscribers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    address TEXT NOT NULL,              -- as typed, for sending
    canonical TEXT NOT NULL UNIQUE,     -- for comparing (R19)
    name TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,     -- what unsubscribe links are signed over
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'ended')),
    language TEXT NOT NULL,
    activation INTEGER,                 -- newsletters.activations when it last became active
    requested_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    ended_at INTEGER,
    ended_channel TEXT,
    UNIQUE (subscriber_id, newsletter_id)
) STRICT;
CREATE INDEX subscriptions_recipients ON subscriptions (newsletter_id, activation) WHERE state = 'active';

-- A request for one or several newsletters. It keeps what the form said to itself until it is confirmed.
CREATE TABLE opt_ins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,     -- what the confirmation link is signed over
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    language TEXT NOT NULL,
    name TEXT,
    consent_wording_id INTEGER NOT NULL REFERENCES wordings (id),
    privacy_wording_id INTEGER NOT NULL REFERENCES wordings (id),
    form_url TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    confirmed_at INTEGER
) STRICT;
CREATE INDEX opt_ins_subscriber ON opt_ins (subscriber_id, requested_at);

CREATE TABLE opt_in_newsletters (
    opt_in_id INTEGER NOT NULL REFERENCES opt_ins (id),
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    PRIMARY KEY (opt_in_id, newsletter_id)
) STRICT;

-- Append-only. A row commits to its details by a salted hash, and the chain covers only commitments,
-- so erasing a person's details leaves a chain that still verifies.
CREATE TABLE consent_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    act TEXT NOT NULL,
    at INTEGER NOT NULL,
    commitment BLOB NOT NULL,           -- SHA-256 (salt, body)
    sealed INTEGER UNIQUE,              -- place in the chain, given shortly after the commit
    hash BLOB                           -- SHA-256 (hash before, id, act, at, commitment)
) STRICT;
CREATE INDEX consent_records_unsealed ON consent_records (id) WHERE sealed IS NULL;

CREATE TABLE consent_details (
    consent_record_id INTEGER PRIMARY KEY REFERENCES consent_records (id),
    subscriber_id INTEGER REFERENCES subscribers (id),
    newsletter_id INTEGER REFERENCES newsletters (id),
    salt BLOB NOT NULL,
    body TEXT NOT NULL                  -- JSON
) STRICT;
CREATE INDEX consent_details_subscriber ON consent_details (subscriber_id);

-- Addresses that must not be mailed, by keyed hash.
CREATE TABLE suppressions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address_key BLOB NOT NULL UNIQUE,   -- HMAC-SHA-256 over the canonical address
    key_id INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('hard-bounce', 'complaint', 'objection', 'unsubscribed')),
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;
