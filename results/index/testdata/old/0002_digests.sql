-- Of what outcomes must share to compare; empty in rows from before, until
-- reindex reads them from the folders.
ALTER TABLE outcomes ADD COLUMN student_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE outcomes ADD COLUMN protocol_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE outcomes ADD COLUMN task_digest TEXT NOT NULL DEFAULT '';
