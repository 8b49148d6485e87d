-- When staff last let an issue go on, or its failed mails go again: from then on its time runs anew.
ALTER TABLE issues ADD COLUMN renewed_at BIGINT;
