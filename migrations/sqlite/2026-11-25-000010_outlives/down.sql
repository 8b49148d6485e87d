-- Fails where somebody whom the ledger names is gone.
CREATE TABLE deliveries_old (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL,            -- random; the Message-ID is made of it
    kind TEXT NOT NULL CHECK (kind = 'issue' OR kind = 'confirmation' OR kind = 'test' OR kind = 'notice'),
    issue_id INTEGER REFERENCES issues (id),
    edition_id INTEGER NOT NULL REFERENCES editions (id),
    subscriber_id INTEGER REFERENCES subscribers (id),
    subscription_id INTEGER REFERENCES subscriptions (id),
    opt_in_id INTEGER REFERENCES opt_ins (id),
    newsletter_id INTEGER REFERENCES newsletters (id),
    address TEXT NOT NULL,              -- as used
    name TEXT,                          -- as used
    relay TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
        state = 'queued' OR state = 'claimed' OR state = 'transmitting' OR state = 'sent'
        OR state = 'bounced' OR state = 'failed' OR state = 'unknown' OR state = 'skipped'
    ),
    reason TEXT,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    resends INTEGER NOT NULL DEFAULT 0, -- after doubt; a confirmation gets one by itself
    claim_token BLOB,
    node_id INTEGER,
    link_key INTEGER,                   -- id of the key its links are signed with, fixed at the first claim
    dated_at INTEGER,                   -- the Date header, fixed at the first claim
    dkim TEXT,                          -- domain and selectors it is signed with ('' for none), fixed at the first claim
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    stage TEXT,                         -- of the last SMTP conversation
    code INTEGER,
    reply TEXT,
    UNIQUE (issue_id, subscriber_id)
) STRICT;
INSERT INTO deliveries_old (id, public_id, kind, issue_id, edition_id, subscriber_id, subscription_id, opt_in_id, newsletter_id, address, name, relay, state,
    reason, due_at, attempts, resends, claim_token, node_id, link_key, dated_at, dkim, created_at, ended_at, stage, code, reply)
SELECT id, public_id, kind, issue_id, edition_id, subscriber_id, subscription_id, opt_in_id, newsletter_id, address, name, relay, state,
    reason, due_at, attempts, resends, claim_token, CASE WHEN state <> 'unknown' THEN node_id END, link_key, dated_at, dkim, created_at, ended_at, stage, code, reply
FROM deliveries;
-- Ids are named in proofs, so none is given twice.
DELETE FROM sqlite_sequence WHERE name = 'deliveries_old';
INSERT INTO sqlite_sequence (name, seq) SELECT 'deliveries_old', seq FROM sqlite_sequence WHERE name = 'deliveries';
DROP TABLE deliveries;
ALTER TABLE deliveries_old RENAME TO deliveries;
CREATE INDEX deliveries_queued ON deliveries (issue_id, due_at, id) WHERE state = 'queued';
CREATE INDEX deliveries_open ON deliveries (issue_id) WHERE state = 'claimed' OR state = 'transmitting' OR state = 'unknown';
CREATE INDEX deliveries_opt_in ON deliveries (opt_in_id) WHERE opt_in_id IS NOT NULL;
