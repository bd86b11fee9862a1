-- The audit trail: who did what, on what, when and from where; each row's hash covers its content and the hash before it.
-- Why: every change by a person leaves a row in its own transaction, and a row that is edited, taken away, put in or moved
-- later is found. Two writers cannot take one place: chain and seq are the primary key, whatever became of the lock.
-- Size and lock: new tables; some rows for each deed of a person, none for a payment. Back: DROP them, only before the first
-- row that somebody may ask for.

CREATE TABLE IF NOT EXISTS audit (
  chain VARCHAR(20) NOT NULL,
  seq BIGINT UNSIGNED NOT NULL COMMENT 'from 1, without a hole',
  written_at DATETIME(3) NOT NULL COMMENT 'by the database''s clock, while it held the end of the chain',
  at DATETIME(3) NOT NULL COMMENT 'by the clock of the process, as its other rows of the same deed',
  by_user VARCHAR(80) NOT NULL COMMENT 'an e-mail address, operator:<account> or system:<job>',
  role VARCHAR(120) NOT NULL,
  authenticated VARCHAR(80) NOT NULL COMMENT 'how we know who it was: shell:<account>, system, ...',
  action VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  object_kind VARCHAR(40) NOT NULL,
  object_id VARCHAR(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  process VARCHAR(80) NOT NULL COMMENT 'which program, and its number',
  source VARCHAR(80) NOT NULL COMMENT 'the address it was asked from, or its machine',
  approval_id VARCHAR(40) NULL,
  payment_id CHAR(12) NULL,
  run_id INT UNSIGNED NULL,
  changes LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'canonical JSON, masked: reason, before, after',
  previous_hash BINARY(32) NOT NULL,
  hash BINARY(32) NOT NULL COMMENT 'SHA-256 over the columns above, but for seq, and previous_hash',
  PRIMARY KEY (chain, seq),
  KEY audit_written (written_at),
  KEY audit_user (by_user, seq),
  KEY audit_object (object_kind, object_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'append-only';

CREATE TABLE IF NOT EXISTS audit_head (
  chain VARCHAR(20) NOT NULL PRIMARY KEY,
  seq BIGINT UNSIGNED NOT NULL COMMENT 'of the newest row',
  hash BINARY(32) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'one row for each chain, locked last by who adds to it';

CREATE TABLE IF NOT EXISTS audit_anchor (
  chain VARCHAR(20) NOT NULL,
  anchor_date DATE NOT NULL COMMENT 'the day of Jakarta that was over',
  seq BIGINT UNSIGNED NOT NULL COMMENT 'the newest row when it was taken',
  hash BINARY(32) NOT NULL,
  taken_at DATETIME(3) NOT NULL,
  PRIMARY KEY (chain, anchor_date)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'what the file outside says of each day; append-only';

INSERT IGNORE INTO audit_head (chain, seq, hash) VALUES ('deeds', 0, UNHEX(REPEAT('00', 32)));
