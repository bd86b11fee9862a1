-- Files that were written for people, and what people ordered of the worker.
-- Why: whoever holds a report must be able to ask who made it, when, of what, and whether it is still the same file:
-- a row for each file, with its SHA-256, never changed. A long report is ordered and made by the worker.
-- Size and lock: new tables, some rows a day. Back: DROP them; nothing else refers to them.

CREATE TABLE IF NOT EXISTS report_export (
  export_id VARCHAR(40) NOT NULL COMMENT 'one report; its files are its parts',
  part TINYINT UNSIGNED NOT NULL COMMENT 'from 1',
  parts TINYINT UNSIGNED NOT NULL,
  report VARCHAR(40) NOT NULL,
  from_date DATE NOT NULL,
  to_date DATE NOT NULL COMMENT 'inclusive',
  filters LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON',
  form VARCHAR(4) NOT NULL COMMENT 'csv, xlsx or pdf',
  language CHAR(2) NOT NULL,
  made_by VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  made_at DATETIME(3) NOT NULL,
  unmask_reason VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'NULL: customers are masked',
  path VARCHAR(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'below the home of the installation',
  size BIGINT UNSIGNED NOT NULL COMMENT 'bytes',
  sha256 CHAR(64) NOT NULL,
  row_count BIGINT UNSIGNED NOT NULL COMMENT 'of the whole report',
  sums LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON: sums by column',
  ties LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON: what it was compared with',
  runs LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON: reconciliation runs behind it',
  PRIMARY KEY (export_id, part),
  KEY report_export_time (made_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS report_order (
  order_id VARCHAR(40) NOT NULL PRIMARY KEY COMMENT 'the export_id of what comes of it',
  what LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON: the order as it was given',
  ordered_by VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  ordered_at DATETIME(3) NOT NULL,
  state VARCHAR(10) NOT NULL COMMENT 'waiting, made or refused',
  tries SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'how often it was begun; fences off who comes late',
  lease_until DATETIME(3) NULL COMMENT 'while somebody makes it',
  said VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'why it was refused, or failed last',
  KEY report_order_state (state, order_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
