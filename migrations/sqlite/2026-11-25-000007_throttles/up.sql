-- Destinations that asked for less mail: few rows, and none where nobody asked.
CREATE TABLE throttles (
    destination TEXT PRIMARY KEY,           -- a recipient's domain, or * for all that goes through the relay
    rests_until INTEGER NOT NULL,
    at_once INTEGER NOT NULL,                -- mails that may be under way after that
    accepted INTEGER NOT NULL,               -- since at_once grew
    reply TEXT NOT NULL                     -- what was said
) STRICT;
