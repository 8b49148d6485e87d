-- JSON: this database is being copied to another one, has been, or is such a copy that is not complete yet. NULL: none of it.
ALTER TABLE instance ADD COLUMN copying TEXT;
