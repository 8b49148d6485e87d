-- Why nothing is sent by itself: the database was found to be older than what nodes remember of it ('restored'), or no node
-- remembers it ('unremembered'). A person lifts it, and the epoch counts how often that was done.
ALTER TABLE instance ADD COLUMN fence TEXT CHECK (fence IN ('restored', 'unremembered'));
ALTER TABLE instance ADD COLUMN fenced_at INTEGER;

-- A node remembers its row outside of the database: after a restore the row is behind, or gone.
ALTER TABLE nodes ADD COLUMN public_id BLOB;
-- The epoch in which it knows the database and may send; NULL: it has not been let in yet.
ALTER TABLE nodes ADD COLUMN epoch INTEGER;

-- A node looks for its own row, and for the living, with every beat; the table keeps a row for every process that ever delivered.
CREATE UNIQUE INDEX nodes_public_id ON nodes (public_id);
CREATE INDEX nodes_living ON nodes (id) WHERE ended_at IS NULL;
