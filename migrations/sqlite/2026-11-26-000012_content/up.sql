-- A name for the outside that never changes, and what an event's calendar file needs.
ALTER TABLE news_items ADD COLUMN public_id BLOB NOT NULL DEFAULT x'';
UPDATE news_items SET public_id = randomblob(16);
CREATE UNIQUE INDEX news_items_public ON news_items (public_id);
ALTER TABLE news_items ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;  -- grows with every change
ALTER TABLE news_items ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
UPDATE news_items SET changed_at = created_at;
ALTER TABLE news_items ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0; -- 1: the event does not take place
ALTER TABLE news_items ADD COLUMN place_in_issue INTEGER;               -- small numbers come first, NULL after them
-- 1: somebody made sure that the documents can be read by everybody (R240).
ALTER TABLE news_item_texts ADD COLUMN downloads_checked INTEGER NOT NULL DEFAULT 0;

-- Documents of news items, by the hash of their bytes.
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    content_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Who pays for a newsletter and who makes it, in a required order and within required days.
CREATE TABLE funding_blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    block_key TEXT NOT NULL,            -- ties the languages of one block together
    kind TEXT NOT NULL CHECK (kind IN ('funding', 'partner')),
    place INTEGER NOT NULL,
    valid_from TEXT,                    -- ISO 8601 calendar dates, both inclusive
    valid_until TEXT,
    image_id INTEGER REFERENCES images (id),
    UNIQUE (newsletter_id, block_key)
) STRICT;

CREATE TABLE funding_texts (
    block_id INTEGER NOT NULL REFERENCES funding_blocks (id),
    language TEXT NOT NULL,
    text TEXT NOT NULL,                 -- Markdown
    alt TEXT,                           -- of the logo; empty: decorative
    link TEXT,
    PRIMARY KEY (block_id, language)
) STRICT;

-- What the next issue says around its items. Taken away when it is published.
CREATE TABLE issue_words (
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    language TEXT NOT NULL,
    subject TEXT,
    intro TEXT NOT NULL,                -- Markdown
    closing TEXT NOT NULL,
    PRIMARY KEY (newsletter_id, language)
) STRICT;

-- Who published an issue against the check before sending, and against what.
CREATE TABLE check_overrides (
    issue_id INTEGER PRIMARY KEY REFERENCES issues (id),
    by_whom TEXT NOT NULL,
    at INTEGER NOT NULL,
    findings TEXT NOT NULL              -- JSON
) STRICT;
