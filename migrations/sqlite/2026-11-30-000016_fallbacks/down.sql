ALTER TABLE newsletters DROP COLUMN fallbacks;
