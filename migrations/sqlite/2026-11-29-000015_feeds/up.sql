-- Feeds of other websites whose entries become drafts of a newsletter.
CREATE TABLE feeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    url TEXT NOT NULL,
    language TEXT NOT NULL,
    etag TEXT,                          -- of the last answer: sent back, so that an unchanged feed costs nothing
    last_modified TEXT,
    due_at INTEGER NOT NULL,
    read_at INTEGER,                    -- the last time without a problem
    failures INTEGER NOT NULL DEFAULT 0, -- since then
    problem TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (newsletter_id, url)
) STRICT;

-- What has become an item once. Kept when the feed or the item goes, so that nothing comes twice.
CREATE TABLE feed_entries (
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    entry_key BLOB NOT NULL,           -- SHA-256 of the feed's address and what the feed calls the entry
    news_item_id INTEGER REFERENCES news_items (id),
    written BLOB NOT NULL,             -- fingerprint of the text as the feed wrote it: a draft that has another was changed by staff
    source TEXT NOT NULL,               -- the address of its feed
    PRIMARY KEY (newsletter_id, entry_key)
) STRICT;
CREATE INDEX feed_entries_items ON feed_entries (news_item_id);
