-- What training and evaluating the student took. GPU seconds and the cost of the
-- trial in USD are NULL where they are not known, as in rows from before, until
-- reindex reads them from the folders.
ALTER TABLE outcomes ADD COLUMN student_seconds REAL NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN gpu_seconds REAL;
ALTER TABLE outcomes ADD COLUMN cost_usd REAL;
