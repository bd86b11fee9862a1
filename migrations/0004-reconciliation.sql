-- The day's end: jobs, settlement files, runs, their staging, their breaks.
-- Why: a run is one numbered matching of one file against one snapshot of ours. The unique keys here see to it
-- that one content is one file, and that a day of a source has one run that counts.
-- Size and lock: new tables. recon_theirs and recon_ours grow by the day's rows; all others stay small.
-- Back: DROP them; nothing else refers to them, and every run can be made again from the archived files.

CREATE TABLE IF NOT EXISTS recon_job (
  job_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source VARCHAR(20) NOT NULL,
  business_date DATE NOT NULL,
  direction VARCHAR(3) NOT NULL COMMENT 'in: a file from them to us',
  seq SMALLINT UNSIGNED NOT NULL COMMENT '1: a day is one file; a replacing file is a new run of the same job',
  state VARCHAR(12) NOT NULL,
  file_id INT UNSIGNED NULL COMMENT 'the file in hand',
  file_name VARCHAR(200) NULL COMMENT 'the name it came under for this day',
  run_id INT UNSIGNED NULL COMMENT 'the run in hand',
  owner VARCHAR(80) NULL,
  lease_until DATETIME(3) NULL COMMENT 'by the database''s clock',
  fence INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'one more at each claim; every later write names it',
  failures SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'in a row',
  next_at DATETIME(3) NULL COMMENT 'not before, by the switch''s clock; NULL: as soon as it is owed',
  evidence JSON NOT NULL COMMENT 'what the last move rests on',
  updated_at DATETIME(3) NOT NULL,
  UNIQUE KEY recon_job_day (source, business_date, direction, seq)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS settlement_file (
  file_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source VARCHAR(20) NOT NULL,
  sha256 CHAR(64) NOT NULL,
  business_date DATE NOT NULL COMMENT 'of the job that brought it first',
  size BIGINT UNSIGNED NOT NULL COMMENT 'bytes',
  received_at DATETIME(3) NOT NULL,
  gate VARCHAR(20) NULL COMMENT 'why it was refused; NULL: not refused',
  details INT UNSIGNED NULL COMMENT 'lines, once it has passed its gates',
  UNIQUE KEY settlement_file_content (source, sha256)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS settlement_file_name (
  file_id INT UNSIGNED NOT NULL,
  name VARCHAR(200) NOT NULL,
  seen_at DATETIME(3) NOT NULL,
  PRIMARY KEY (file_id, name)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'one content may come under many names';

CREATE TABLE IF NOT EXISTS recon_run (
  run_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source VARCHAR(20) NOT NULL,
  business_date DATE NOT NULL,
  run_no SMALLINT UNSIGNED NULL COMMENT 'counts on within the day; NULL until closed',
  effective_date DATE NULL COMMENT 'the business date while this is the run that counts, else NULL',
  supersedes SMALLINT UNSIGNED NULL COMMENT 'run_no of the run it took the place of',
  file_id INT UNSIGNED NOT NULL,
  file_name VARCHAR(200) NOT NULL,
  state VARCHAR(12) NOT NULL COMMENT 'staged, closed or superseded',
  totals JSON NULL COMMENT 'counts and sums of both sides, once closed',
  reports JSON NULL COMMENT 'files written about it',
  created_at DATETIME(3) NOT NULL,
  closed_at DATETIME(3) NULL,
  UNIQUE KEY recon_run_effective (source, effective_date),
  UNIQUE KEY recon_run_number (source, business_date, run_no),
  KEY recon_run_file (file_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS recon_theirs (
  run_id INT UNSIGNED NOT NULL,
  match_key VARCHAR(40) NOT NULL COMMENT 'our reference as they state it; empty when they state none',
  line_no INT UNSIGNED NOT NULL COMMENT 'line of the file, from 1',
  their_ref VARCHAR(64) NULL,
  amount BIGINT NOT NULL,
  st CHAR(1) NOT NULL COMMENT 'S, F or U',
  paid_at DATETIME NULL COMMENT 'local time of the source',
  standing TINYINT UNSIGNED NOT NULL DEFAULT 0
    COMMENT '0 speaks for its key, 1 repeats its line, 2 posts it twice, 3 collapsed into another line of its key',
  PRIMARY KEY (run_id, match_key, line_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS recon_ours (
  run_id INT UNSIGNED NOT NULL,
  match_key VARCHAR(40) NOT NULL COMMENT 'leg reference; two rows with one key stop the run',
  payment_id CHAR(12) NOT NULL,
  leg_no TINYINT UNSIGNED NOT NULL,
  their_ref VARCHAR(64) NULL,
  amount BIGINT NOT NULL,
  st CHAR(1) NOT NULL,
  paid_at DATETIME(3) NOT NULL COMMENT 'local time of the source',
  carry_until DATE NULL COMMENT 'of a row carried in from an earlier day; NULL: a row of this day',
  PRIMARY KEY (run_id, match_key)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS recon_carry (
  run_id INT UNSIGNED NOT NULL COMMENT 'the run that took the row in',
  match_key VARCHAR(40) NOT NULL,
  payment_id CHAR(12) NOT NULL,
  leg_no TINYINT UNSIGNED NOT NULL,
  carry_until DATE NOT NULL COMMENT 'the last business date whose file may still list it',
  PRIMARY KEY (run_id, match_key)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'outlives the snapshot, to prove the chain of days';

CREATE TABLE IF NOT EXISTS recon_break (
  break_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  run_id INT UNSIGNED NOT NULL,
  kind VARCHAR(12) NOT NULL,
  sub VARCHAR(12) NULL COMMENT 'repeat_line or double_post of a duplicate; else both statuses, ours first',
  match_key VARCHAR(40) NOT NULL,
  payment_id CHAR(12) NULL,
  leg_no TINYINT UNSIGNED NULL,
  our_amount BIGINT NULL,
  their_amount BIGINT NULL,
  our_st CHAR(1) NULL,
  their_st CHAR(1) NULL,
  line_no INT UNSIGNED NULL,
  carry_until DATE NULL COMMENT 'of a late row: the last business date whose file may still list it',
  KEY recon_break_kind (run_id, kind)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
