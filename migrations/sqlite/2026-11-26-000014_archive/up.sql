-- A private newsletter (1) is in no public list, no search and no feed.
ALTER TABLE newsletters ADD COLUMN private INTEGER NOT NULL DEFAULT 0 CHECK (private IN (0, 1));

-- The items of published issues as readers may search them, one row per language. Never changed.
CREATE TABLE published_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue_id INTEGER NOT NULL REFERENCES issues (id),
    newsletter_id INTEGER NOT NULL REFERENCES newsletters (id),
    language TEXT NOT NULL,
    position INTEGER NOT NULL,          -- in its edition, from 1
    headline TEXT NOT NULL,
    lead TEXT NOT NULL,                 -- empty: none
    text TEXT NOT NULL,                 -- the body as plain text
    published_at INTEGER NOT NULL,
    UNIQUE (issue_id, language, position)
) STRICT;

-- Only the index, under the same row id; whoever writes an item writes its words as the search folds them.
CREATE VIRTUAL TABLE published_words USING fts5 (
    headline, lead, text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER published_items_go AFTER DELETE ON published_items BEGIN
    DELETE FROM published_words WHERE rowid = old.id;
END;

-- What was published before. SQL cannot read Markdown: these bodies keep its signs. Nor does it fold all letters.
INSERT INTO published_items (issue_id, newsletter_id, language, position, headline, lead, text, published_at)
SELECT s.id, s.newsletter_id, t.language, row_number() OVER (PARTITION BY s.id, t.language ORDER BY n.place_in_issue IS NULL, n.place_in_issue, n.id),
    t.headline, coalesce(t.lead, ''), t.body, s.published_at
FROM issues s JOIN news_items n ON n.issue_id = s.id JOIN news_item_texts t ON t.news_item_id = n.id
    JOIN editions e ON e.issue_id = s.id AND e.language = t.language
WHERE n.state = 'used' AND s.number IS NOT NULL AND s.published_at IS NOT NULL
ORDER BY s.id, t.language, n.id;
INSERT INTO published_words (rowid, headline, lead, text)
SELECT id, replace(replace(replace(lower(headline), '·', ''), char(173), ''), 'ß', 'ss'), replace(replace(replace(lower(lead), '·', ''), char(173), ''), 'ß', 'ss'),
    replace(replace(replace(lower(text), '·', ''), char(173), ''), 'ß', 'ss')
FROM published_items;
