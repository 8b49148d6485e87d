-- Of an issue's first results: 0 looks, 1 has seen enough of them, 2 was overruled by staff.
ALTER TABLE issues ADD COLUMN guard BIGINT NOT NULL DEFAULT 0;

-- One node tries a relay that was in trouble with one mail; the others wait until then.
ALTER TABLE relays ADD COLUMN probe_until BIGINT;

-- Domain and selectors a mail is signed with ('' for none), fixed at the first claim.
ALTER TABLE deliveries ADD COLUMN dkim TEXT;

-- Turns at a relay that takes only so many mails in a time, for all nodes together.
CREATE TABLE paces (
    relay TEXT PRIMARY KEY,
    next_at BIGINT NOT NULL,
    since BIGINT NOT NULL                   -- the first mail under a limit; a ramp counts its days from here
);

-- Fewer indexes to keep for each mail: what is in flight is found by one.
DROP INDEX deliveries_held_by;
DROP INDEX deliveries_waiting_for;
DROP INDEX deliveries_open;
CREATE INDEX deliveries_open ON deliveries (issue_id) WHERE state IN ('claimed', 'transmitting', 'unknown');
