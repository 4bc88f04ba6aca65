-- One row an outcome, as JSON. The key names the trial; its order is the one in
-- which outcomes are read.
CREATE TABLE outcomes (
	experiment TEXT    NOT NULL,
	kind       TEXT    NOT NULL,
	agent      TEXT    NOT NULL,
	workflow   TEXT    NOT NULL,
	setting    TEXT    NOT NULL,
	domain     TEXT    NOT NULL,
	run        INTEGER NOT NULL,
	outcome    TEXT    NOT NULL,
	PRIMARY KEY (experiment, kind, agent, workflow, setting, domain, run)
) STRICT;
-- The schema by name: every version of the program, older ones too, looks here
-- for what it can read.
CREATE TABLE migrations (name TEXT PRIMARY KEY) STRICT;
