DROP TABLE published_items;
ALTER TABLE newsletters DROP COLUMN private;
