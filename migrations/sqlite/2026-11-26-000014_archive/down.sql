DROP TRIGGER published_items_go;
DROP TABLE published_words;
DROP TABLE published_items;
ALTER TABLE newsletters DROP COLUMN private;
