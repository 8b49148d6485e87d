ALTER TABLE instance DROP COLUMN copying;
