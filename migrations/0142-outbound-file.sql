-- Files that we send to channels and billers.
-- Why: a file of a day is sent once under its name and never changed; what puts it right is a file of the next sequence
-- that says which it replaces. The unique keys see to both; the row says how far a killed worker had come.
-- Size and lock: a new table, some rows a day. Back: DROP it, only before the first file was sent.

CREATE TABLE IF NOT EXISTS outbound_file (
  contract VARCHAR(40) NOT NULL COMMENT 'config/outbound/<contract>.yaml',
  business_date DATE NOT NULL,
  seq SMALLINT UNSIGNED NOT NULL COMMENT 'from 1, none left out',
  run_id INT UNSIGNED NULL COMMENT 'the run it tells of; NULL: of the day, whatever was reconciled',
  run_no SMALLINT UNSIGNED NULL,
  replaces SMALLINT UNSIGNED NULL COMMENT 'the sequence it takes the place of',
  state VARCHAR(12) NOT NULL COMMENT 'planned, made, sent, acknowledged or rejected',
  fence INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'one more at each claim; every later write names it',
  lease_until DATETIME(3) NULL COMMENT 'by the database''s clock',
  failures SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'in a row',
  next_at DATETIME(3) NULL COMMENT 'not before; NULL: at once',
  said VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'why it failed last, or what the other side said',
  planned_at DATETIME(3) NOT NULL COMMENT 'the time that stands in the file',
  file_name VARCHAR(200) NULL,
  sha256 CHAR(64) NULL COMMENT 'of the file as it is sent',
  size BIGINT UNSIGNED NULL COMMENT 'bytes',
  row_count INT UNSIGNED NULL,
  amount BIGINT NULL COMMENT 'as its trailer states it',
  made_at DATETIME(3) NULL,
  sent_at DATETIME(3) NULL,
  ack_due_at DATETIME(3) NULL COMMENT 'NULL: no acknowledgement is agreed',
  overdue_at DATETIME(3) NULL COMMENT 'when people were told that none had come',
  ack_at DATETIME(3) NULL,
  ack_name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  ack_sha256 CHAR(64) NULL,
  PRIMARY KEY (contract, business_date, seq),
  UNIQUE KEY outbound_file_run (contract, business_date, run_id),
  KEY outbound_file_state (state, next_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
