DROP INDEX deliveries_open;
CREATE INDEX deliveries_open ON deliveries (issue_id, state) WHERE state IN ('claimed', 'transmitting', 'unknown');
CREATE INDEX deliveries_waiting_for ON deliveries (subscription_id) WHERE state IN ('queued', 'claimed');
CREATE INDEX deliveries_held_by ON deliveries (node_id) WHERE state IN ('claimed', 'transmitting');
DROP TABLE paces;
ALTER TABLE deliveries DROP COLUMN dkim;
ALTER TABLE relays DROP COLUMN probe_until;
ALTER TABLE issues DROP COLUMN guard;
