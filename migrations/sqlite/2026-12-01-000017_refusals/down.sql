ALTER TABLE issues DROP COLUMN renewed_at;
