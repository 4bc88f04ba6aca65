-- One row an outcome, as JSON. The key is where it lies: the folder below the one
-- of all experiments, and the run, since a given submission has several in one
-- folder. The stamp stands for the files that it was read from; the sum is the
-- digest of the row.
CREATE TABLE outcomes (
	folder     TEXT    NOT NULL,
	run        INTEGER NOT NULL,
	experiment TEXT    NOT NULL,
	kind       TEXT    NOT NULL,
	agent      TEXT    NOT NULL,
	workflow   TEXT    NOT NULL,
	setting    TEXT    NOT NULL,
	domain     TEXT    NOT NULL,
	stamp      TEXT    NOT NULL,
	outcome    TEXT    NOT NULL,
	sum        TEXT    NOT NULL,
	PRIMARY KEY (folder, run)
) STRICT;
-- Folders that could not be read, to be tried again.
CREATE TABLE unread (folder TEXT PRIMARY KEY) STRICT;
-- The schema by name: every version of the program, older ones too, looks here
-- for what it can read.
CREATE TABLE migrations (name TEXT PRIMARY KEY) STRICT;
