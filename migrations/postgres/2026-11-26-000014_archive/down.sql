DROP TABLE published_items;
DROP FUNCTION searchable(TEXT, TEXT);
ALTER TABLE newsletters DROP COLUMN private;
