-- The ledger outlives whom and what it names, so it names them without foreign keys; they also were most of what a fan-out
-- cost. Its indexes go by who has a row and whether it has ended: what waits is nobody's and has not ended, what is in flight
-- or in doubt is a node's. So an intent, which changes only the state, touches no index. The one check that remains is the one by
-- which nobody gets out of sight: each check costs at every write.
CREATE TABLE deliveries_new (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL,            -- random; the Message-ID is made of it
    kind TEXT NOT NULL,
    issue_id INTEGER,
    edition_id INTEGER NOT NULL,
    subscriber_id INTEGER,
    subscription_id INTEGER,
    opt_in_id INTEGER,
    newsletter_id INTEGER,
    address TEXT NOT NULL,              -- as used
    name TEXT,                          -- as used
    relay TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    resends INTEGER NOT NULL DEFAULT 0, -- after doubt; a confirmation gets one by itself
    claim_token BLOB,
    node_id INTEGER,                    -- whose it is, or who left it in doubt
    link_key INTEGER,                   -- id of the key its links are signed with, fixed at the first claim
    dated_at INTEGER,                   -- the Date header, fixed at the first claim
    dkim TEXT,                          -- domain and selectors it is signed with ('' for none), fixed at the first claim
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    stage TEXT,                         -- of the last SMTP conversation
    code INTEGER,
    reply TEXT,
    UNIQUE (issue_id, subscriber_id),
    CHECK (
        (state = 'queued') = (node_id IS NULL AND ended_at IS NULL)
        AND (state = 'claimed' OR state = 'transmitting' OR state = 'unknown') = (node_id IS NOT NULL)
    )
) STRICT;
INSERT INTO deliveries_new (id, public_id, kind, issue_id, edition_id, subscriber_id, subscription_id, opt_in_id, newsletter_id, address, name, relay, state,
    reason, due_at, attempts, resends, claim_token, node_id, link_key, dated_at, dkim, created_at, ended_at, stage, code, reply)
SELECT id, public_id, kind, issue_id, edition_id, subscriber_id, subscription_id, opt_in_id, newsletter_id, address, name, relay, state,
    reason, due_at, attempts, resends, claim_token, CASE WHEN state = 'unknown' THEN coalesce(node_id, 0) WHEN state IN ('claimed', 'transmitting') THEN node_id END, link_key, dated_at, dkim, created_at,
    CASE WHEN state IN ('sent', 'bounced', 'failed', 'skipped') THEN coalesce(ended_at, created_at) ELSE ended_at END, stage, code, reply
FROM deliveries;
-- Ids are named in proofs, so none is given twice.
DELETE FROM sqlite_sequence WHERE name = 'deliveries_new';
INSERT INTO sqlite_sequence (name, seq) SELECT 'deliveries_new', seq FROM sqlite_sequence WHERE name = 'deliveries';
DROP TABLE deliveries;
ALTER TABLE deliveries_new RENAME TO deliveries;
-- The claim walks exactly this index; see store/deliveries.rs for the plan.
CREATE INDEX deliveries_queued ON deliveries (issue_id, due_at, id) WHERE node_id IS NULL AND ended_at IS NULL;
CREATE INDEX deliveries_open ON deliveries (issue_id) WHERE node_id IS NOT NULL;
