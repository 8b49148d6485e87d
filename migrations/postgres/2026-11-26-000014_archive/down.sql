DROP TABLE published_items;
DROP FUNCTION searchable(TEXT);
ALTER TABLE newsletters DROP COLUMN private;
