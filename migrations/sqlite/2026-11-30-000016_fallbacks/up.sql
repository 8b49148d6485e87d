-- JSON object: whose edition is missing, and the language whose readers' edition they get instead.
ALTER TABLE newsletters ADD COLUMN fallbacks TEXT NOT NULL DEFAULT '{}';
