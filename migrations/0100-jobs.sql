-- Jobs of the day: batches of files, the history of every job, alerts, calendars, re-opened days, what drops showed.
-- Why: a day may be several files, a person must see why a job rests and since when, and who decided what about it.
-- Size and lock: columns on two tables of some rows per source and day; new tables of the same size. Back: drop the
-- columns and the tables; runs and files stay as they are.

ALTER TABLE recon_job
  ADD COLUMN /*M! IF NOT EXISTS */ batch_id INT UNSIGNED NULL COMMENT 'the files in hand' AFTER state,
  ADD COLUMN /*M! IF NOT EXISTS */ claimed_at DATETIME(3) NULL COMMENT 'by the database''s clock; of the claim that holds the lease' AFTER lease_until,
  ADD COLUMN /*M! IF NOT EXISTS */ moves INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'counts its history' AFTER failures;

ALTER TABLE recon_run
  ADD COLUMN /*M! IF NOT EXISTS */ batch_id INT UNSIGNED NULL COMMENT 'the files it was made of' AFTER file_id,
  ADD KEY /*M! IF NOT EXISTS */ recon_run_batch (batch_id);

CREATE TABLE IF NOT EXISTS recon_batch (
  batch_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source VARCHAR(20) NOT NULL,
  business_date DATE NOT NULL,
  content CHAR(64) NOT NULL COMMENT 'SHA-256 of its one file; of several, over theirs in order',
  created_at DATETIME(3) NOT NULL,
  UNIQUE KEY recon_batch_content (source, business_date, content)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'the files that make a day, one set once';

CREATE TABLE IF NOT EXISTS recon_batch_file (
  batch_id INT UNSIGNED NOT NULL,
  file_no SMALLINT UNSIGNED NOT NULL COMMENT 'from 1, in the order of their sequence',
  file_id INT UNSIGNED NOT NULL,
  file_name VARCHAR(200) NOT NULL COMMENT 'the name it came under for this day',
  companion CHAR(64) NULL COMMENT 'SHA-256 of its control file',
  PRIMARY KEY (batch_id, file_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

INSERT IGNORE INTO recon_batch (source, business_date, content, created_at)
  SELECT r.source, r.business_date, f.sha256, MIN(r.created_at) FROM recon_run r JOIN settlement_file f ON f.file_id = r.file_id
  GROUP BY r.source, r.business_date, f.sha256;
INSERT IGNORE INTO recon_batch (source, business_date, content, created_at)
  SELECT j.source, j.business_date, f.sha256, j.updated_at FROM recon_job j JOIN settlement_file f ON f.file_id = j.file_id;
INSERT IGNORE INTO recon_batch_file (batch_id, file_no, file_id, file_name)
  SELECT b.batch_id, 1, f.file_id, MIN(n.name) FROM recon_batch b
    JOIN settlement_file f ON f.source = b.source AND f.sha256 = b.content
    JOIN settlement_file_name n ON n.file_id = f.file_id GROUP BY b.batch_id, f.file_id;
UPDATE recon_run r JOIN settlement_file f ON f.file_id = r.file_id
  JOIN recon_batch b ON b.source = r.source AND b.business_date = r.business_date AND b.content = f.sha256
  SET r.batch_id = b.batch_id;
UPDATE recon_job j JOIN settlement_file f ON f.file_id = j.file_id
  JOIN recon_batch b ON b.source = j.source AND b.business_date = j.business_date AND b.content = f.sha256
  SET j.batch_id = b.batch_id;

CREATE TABLE IF NOT EXISTS recon_job_event (
  job_id INT UNSIGNED NOT NULL,
  no INT UNSIGNED NOT NULL COMMENT 'counts on within the job',
  at DATETIME(3) NOT NULL,
  event VARCHAR(40) NOT NULL,
  from_state VARCHAR(12) NOT NULL,
  to_state VARCHAR(12) NOT NULL,
  done_by VARCHAR(120) NOT NULL COMMENT 'a process, or a person',
  evidence JSON NOT NULL,
  PRIMARY KEY (job_id, no)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT 'append-only';

CREATE TABLE IF NOT EXISTS recon_alert (
  source VARCHAR(20) NOT NULL,
  business_date DATE NOT NULL,
  kind VARCHAR(20) NOT NULL,
  subject VARCHAR(64) NOT NULL COMMENT 'what tells two of a kind apart: a content, a claim; empty: one for the day',
  reason VARCHAR(300) NOT NULL,
  raised_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  ended_by VARCHAR(120) NULL,
  PRIMARY KEY (source, business_date, kind, subject),
  KEY recon_alert_open (ended_at, raised_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT 'each is raised once, however often it is found';

CREATE TABLE IF NOT EXISTS source_calendar (
  source VARCHAR(20) NOT NULL COMMENT 'a source, BANK, or *: all that have no rows of their own in that year',
  date DATE NOT NULL,
  is_business_day TINYINT(1) NOT NULL,
  note VARCHAR(200) NOT NULL,
  entered_by VARCHAR(120) NOT NULL,
  approved_by VARCHAR(120) NOT NULL,
  approved_at DATETIME(3) NOT NULL,
  PRIMARY KEY (source, date),
  CONSTRAINT source_calendar_four_eyes CHECK (entered_by <> approved_by)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT 'days that differ from the rule of the week';

CREATE TABLE IF NOT EXISTS recon_reopen (
  source VARCHAR(20) NOT NULL,
  business_date DATE NOT NULL,
  content CHAR(64) NOT NULL COMMENT 'of the batch that may be worked although the day is settled',
  reason VARCHAR(300) NOT NULL,
  proposed_by VARCHAR(120) NOT NULL,
  approved_by VARCHAR(120) NOT NULL,
  approved_at DATETIME(3) NOT NULL,
  PRIMARY KEY (source, business_date, content),
  CONSTRAINT recon_reopen_four_eyes CHECK (proposed_by <> approved_by)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS drop_sighting (
  source VARCHAR(20) NOT NULL,
  name VARCHAR(200) NOT NULL,
  size BIGINT UNSIGNED NOT NULL COMMENT 'bytes',
  modified_at BIGINT NOT NULL COMMENT 'milliseconds since 1970, by the clock of the drop',
  seen_at DATETIME(3) NOT NULL,
  PRIMARY KEY (source, name, size, modified_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'what a drop showed and was taken: it is not fetched again';
