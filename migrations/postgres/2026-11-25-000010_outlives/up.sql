-- The ledger outlives whom and what it names, so it names them without foreign keys; they also were most of what a fan-out
-- cost. Its indexes go by who has a row and whether it has ended: what waits is nobody's and has not ended, what is in flight
-- or in doubt is a node's. So an intent, which changes only the state, touches no index where its page has room for one more
-- version of the row. The one check that remains is the one by which nobody gets out of sight: each check costs at every write.
ALTER TABLE deliveries
    DROP CONSTRAINT deliveries_issue_id_fkey,
    DROP CONSTRAINT deliveries_edition_id_fkey,
    DROP CONSTRAINT deliveries_subscriber_id_fkey,
    DROP CONSTRAINT deliveries_subscription_id_fkey,
    DROP CONSTRAINT deliveries_opt_in_id_fkey,
    DROP CONSTRAINT deliveries_newsletter_id_fkey;
DROP INDEX deliveries_queued;
DROP INDEX deliveries_open;
DROP INDEX deliveries_opt_in;
UPDATE deliveries SET node_id = NULL WHERE node_id IS NOT NULL AND state NOT IN ('claimed', 'transmitting', 'unknown');
UPDATE deliveries SET node_id = 0 WHERE state = 'unknown' AND node_id IS NULL;
UPDATE deliveries SET ended_at = created_at WHERE state IN ('sent', 'bounced', 'failed', 'skipped') AND ended_at IS NULL;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_kind_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check CHECK (
    (state = 'queued') = (node_id IS NULL AND ended_at IS NULL)
    AND (state = 'claimed' OR state = 'transmitting' OR state = 'unknown') = (node_id IS NOT NULL)
);
-- The claim walks exactly this index; see store/deliveries.rs for the plan.
CREATE INDEX deliveries_queued ON deliveries (issue_id, due_at, id) WHERE node_id IS NULL AND ended_at IS NULL;
CREATE INDEX deliveries_open ON deliveries (issue_id) WHERE node_id IS NOT NULL;
-- That room. It is kept in pages that are written from now on.
ALTER TABLE deliveries SET (fillfactor = 60);
