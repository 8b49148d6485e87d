DROP INDEX nodes_living;
DROP INDEX nodes_public_id;
ALTER TABLE nodes DROP COLUMN epoch;
ALTER TABLE nodes DROP COLUMN public_id;
ALTER TABLE instance DROP COLUMN fenced_at;
ALTER TABLE instance DROP COLUMN fence;
