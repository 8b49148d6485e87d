-- When staff closed it (µs): no sign-ups, no issues; the archive and every link in mails go on working. NULL: it is open.
ALTER TABLE newsletters ADD COLUMN closed_at BIGINT;
