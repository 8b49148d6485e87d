ALTER TABLE deliveries RESET (fillfactor);
DROP INDEX deliveries_queued;
DROP INDEX deliveries_open;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
UPDATE deliveries SET node_id = NULL WHERE state = 'unknown';
ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check
    CHECK (state IN ('queued', 'claimed', 'transmitting', 'sent', 'bounced', 'failed', 'unknown', 'skipped'));
ALTER TABLE deliveries ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('confirmation', 'issue', 'test', 'notice'));
CREATE INDEX deliveries_opt_in ON deliveries (opt_in_id) WHERE opt_in_id IS NOT NULL;
CREATE INDEX deliveries_queued ON deliveries (issue_id, due_at, id) WHERE state = 'queued';
CREATE INDEX deliveries_open ON deliveries (issue_id) WHERE state IN ('claimed', 'transmitting', 'unknown');
-- Fails where somebody whom the ledger names is gone.
ALTER TABLE deliveries
    ADD FOREIGN KEY (issue_id) REFERENCES issues (id),
    ADD FOREIGN KEY (edition_id) REFERENCES editions (id),
    ADD FOREIGN KEY (subscriber_id) REFERENCES subscribers (id),
    ADD FOREIGN KEY (subscription_id) REFERENCES subscriptions (id),
    ADD FOREIGN KEY (opt_in_id) REFERENCES opt_ins (id),
    ADD FOREIGN KEY (newsletter_id) REFERENCES newsletters (id);
