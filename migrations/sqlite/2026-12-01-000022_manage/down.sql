ALTER TABLE newsletters DROP COLUMN closed_at;
