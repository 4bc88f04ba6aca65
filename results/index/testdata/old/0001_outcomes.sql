-- One row an outcome; the unique key names the trial.
CREATE TABLE outcomes (
	id                    INTEGER PRIMARY KEY,
	experiment            TEXT    NOT NULL,
	kind                  TEXT    NOT NULL,
	domain                TEXT    NOT NULL,
	workflow              TEXT    NOT NULL,
	setting               TEXT    NOT NULL,
	agent                 TEXT    NOT NULL,
	run                   INTEGER NOT NULL,
	suite                 TEXT    NOT NULL,
	protocol              TEXT    NOT NULL,
	modified              INTEGER NOT NULL,
	teacher               TEXT    NOT NULL,
	student               TEXT    NOT NULL,
	valid                 INTEGER NOT NULL,
	base_public_correct   INTEGER NOT NULL,
	base_public_total     INTEGER NOT NULL,
	base_private_correct  INTEGER NOT NULL,
	base_private_total    INTEGER NOT NULL,
	public_correct        INTEGER,
	public_total          INTEGER,
	printed_accuracy      REAL,
	printed_base          REAL,
	printed_mats          REAL,
	attempts              INTEGER NOT NULL,
	valid_attempts        INTEGER NOT NULL,
	teacher_calls         INTEGER NOT NULL,
	teacher_input_tokens  INTEGER NOT NULL,
	teacher_output_tokens INTEGER NOT NULL,
	agent_calls           INTEGER NOT NULL,
	agent_input_tokens    INTEGER NOT NULL,
	agent_output_tokens   INTEGER NOT NULL,
	elapsed_ns            INTEGER NOT NULL,
	end_reason            TEXT    NOT NULL,
	simulated             INTEGER NOT NULL,
	embedded              INTEGER NOT NULL,
	unsandboxed           INTEGER NOT NULL,
	UNIQUE (experiment, kind, domain, workflow, setting, agent, run)
) STRICT;

CREATE TABLE finals (
	outcome INTEGER NOT NULL REFERENCES outcomes (id) ON DELETE CASCADE,
	seed    INTEGER NOT NULL, -- number of the final training, from 0
	correct INTEGER NOT NULL,
	total   INTEGER NOT NULL,
	PRIMARY KEY (outcome, seed)
) STRICT, WITHOUT ROWID;

CREATE TABLE failures (
	outcome  INTEGER NOT NULL REFERENCES outcomes (id) ON DELETE CASCADE,
	failure  TEXT    NOT NULL,
	attempts INTEGER NOT NULL,
	PRIMARY KEY (outcome, failure)
) STRICT, WITHOUT ROWID;
