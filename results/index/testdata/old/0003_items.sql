-- Which private items are correct, one character each; empty in rows from
-- before, until reindex reads them from the folders.
ALTER TABLE outcomes ADD COLUMN base_private_items TEXT NOT NULL DEFAULT '';
ALTER TABLE finals ADD COLUMN items TEXT NOT NULL DEFAULT '';
