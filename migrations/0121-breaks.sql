-- Breaks as cases of people: what was found, who owns it, until when, what was decided, by what proof.
-- Why: a run writes its breaks anew each time; the work of people must outlive it. A case is known by its source, own
-- day, kind, reference and line, so a further run finds it again, closes it, or leaves it as people have left it.
-- The history is append-only, and the case's state is that of its last event.
-- Size and lock: new tables, a row for each break and each thing done about it; one column on a table of some rows a
-- day. Back: DROP them; every case can be made again from the runs, the decisions of people cannot.

CREATE TABLE IF NOT EXISTS break_case (
  break_id VARCHAR(24) NOT NULL PRIMARY KEY COMMENT 'brk_ and 20 characters of the hash of its identity',
  source VARCHAR(20) NOT NULL,
  business_date DATE NOT NULL COMMENT 'its own: of the payment where there is one, else of the run',
  kind VARCHAR(12) NOT NULL,
  match_key VARCHAR(40) NOT NULL COMMENT 'our reference; empty when they state none',
  line_key VARCHAR(96) NOT NULL COMMENT 'what tells their line apart from others of its reference; empty for ours',
  sub VARCHAR(12) NULL,
  payment_id CHAR(12) NULL,
  leg_no TINYINT UNSIGNED NULL,
  our_amount BIGINT NULL,
  their_amount BIGINT NULL,
  our_st CHAR(1) NULL,
  their_st CHAR(1) NULL,
  their_ref VARCHAR(64) NULL,
  line_no INT UNSIGNED NULL COMMENT 'of the file of the last run that found it',
  amount BIGINT NOT NULL COMMENT 'the money in question',
  run_id INT UNSIGNED NOT NULL COMMENT 'the last run that found it',
  run_date DATE NOT NULL COMMENT 'the business date of that run',
  state VARCHAR(14) NOT NULL COMMENT 'of its last event',
  last_event_no SMALLINT UNSIGNED NOT NULL,
  owner VARCHAR(80) NOT NULL,
  due_at DATETIME(3) NOT NULL,
  opened_at DATETIME(3) NOT NULL,
  approval_id VARCHAR(40) NULL COMMENT 'the proposal that waits for a checker, or that ended it',
  resolution VARCHAR(20) NULL,
  outcome VARCHAR(10) NULL COMMENT 'what it means for the payment: paid, not_paid or none',
  resolved_at DATETIME(3) NULL,
  UNIQUE KEY break_identity (source, business_date, kind, match_key, line_key),
  KEY break_run_date (source, run_date),
  KEY break_state (state, due_at),
  KEY break_payment (payment_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS break_event (
  break_id VARCHAR(24) NOT NULL,
  event_no SMALLINT UNSIGNED NOT NULL,
  from_state VARCHAR(14) NOT NULL,
  event VARCHAR(20) NOT NULL,
  to_state VARCHAR(14) NOT NULL,
  by_user VARCHAR(80) NOT NULL COMMENT 'a person; or: the run, the file, the advice, a rule, the clock',
  reason VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  evidence CHAR(64) NULL COMMENT 'SHA-256 of the file that proves it',
  amount BIGINT NULL,
  run_id INT UNSIGNED NULL,
  approval_id VARCHAR(40) NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (break_id, event_no),
  KEY break_event_run (run_id, event)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS break_rule_run (
  run_id INT UNSIGNED NOT NULL,
  rule_no TINYINT UNSIGNED NOT NULL COMMENT 'its place in the format of the source, from 1',
  rule VARCHAR(200) NOT NULL,
  closed INT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL COMMENT 'closed, or that would have been',
  stopped TINYINT(1) NOT NULL COMMENT '1: it would have closed too much of the run and closed nothing',
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (run_id, rule_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

ALTER TABLE recon_run
  ADD COLUMN /*M! IF NOT EXISTS */ breaks_at DATETIME(3) NULL COMMENT 'when its breaks became cases';
