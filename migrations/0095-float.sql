-- What we have paid billers in advance: which billers, how much is left, and what is known about it.
-- Why: a prefunded biller takes its bills out of a float of ours. The postings on biller:<id>:float are the truth; they
-- have no index by account, so what moves a float is queued in float_change by the same commit and added to
-- float_balance within seconds by whoever holds that row. Payments touch only the queue, so none waits for another.
-- A switch may form payments of a prefunded biller up to its claim, which all claims and all open payments leave room for.
-- Size and lock: new tables, some rows for each prefunded biller; a column added in place to payment_leg.
-- Back: DROP the tables and the column, only before the first biller is prefunded.

ALTER TABLE payment_leg ADD COLUMN /*M! IF NOT EXISTS */ draws_float TINYINT(1) NOT NULL DEFAULT 0
  COMMENT '1: its amount comes out of the biller''s float; fixed with the leg';

CREATE TABLE IF NOT EXISTS biller_float (
  biller_id VARCHAR(40) NOT NULL PRIMARY KEY,
  low_level BIGINT NOT NULL COMMENT 'below it people are told',
  stop_level BIGINT NOT NULL COMMENT 'new payments may not take it below this, all that is under way counted',
  CONSTRAINT biller_float_levels CHECK (stop_level >= 0 AND low_level >= stop_level)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'catalog: the billers that we prefund';

CREATE TABLE IF NOT EXISTS float_balance (
  biller_id VARCHAR(40) NOT NULL PRIMARY KEY,
  balance BIGINT NOT NULL DEFAULT 0 COMMENT 'sum of the postings on biller:<id>:float, but for what float_change still holds'
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS float_change (
  subject_id VARCHAR(40) NOT NULL COMMENT 'the journal that moved the float',
  kind VARCHAR(20) NOT NULL,
  biller_id VARCHAR(40) NOT NULL,
  amount BIGINT NOT NULL COMMENT 'into the float positive, out of it negative',
  PRIMARY KEY (subject_id, kind)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'a queue: rows go as they are added to float_balance';

CREATE TABLE IF NOT EXISTS float_claim (
  biller_id VARCHAR(40) NOT NULL,
  owner VARCHAR(80) NOT NULL COMMENT 'a switch process',
  amount BIGINT NOT NULL COMMENT 'what it may still form and what it has formed since its last look',
  until DATETIME(3) NOT NULL COMMENT 'by the server''s clock; the process itself stops sooner',
  PRIMARY KEY (biller_id, owner)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS float_alert (
  alert_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  biller_id VARCHAR(40) NOT NULL,
  kind VARCHAR(20) NOT NULL COMMENT 'low, stopped, or empty at biller',
  reason VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  raised_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  ended_by VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  open_key VARCHAR(61) NULL COMMENT 'biller and kind while it is open: one open alert of a kind',
  UNIQUE KEY float_alert_open (open_key),
  KEY float_alert_biller (biller_id, alert_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS float_comparison (
  biller_id VARCHAR(40) NOT NULL,
  business_date DATE NOT NULL,
  book_low BIGINT NOT NULL COMMENT 'the float in our books while the biller was asked, all that was under way taken off',
  book_high BIGINT NOT NULL COMMENT 'the same, nothing taken off',
  theirs BIGINT NOT NULL COMMENT 'the float as the biller says',
  difference BIGINT NOT NULL COMMENT '0 where theirs lies within our bounds; else how far above or below',
  compared_at DATETIME(3) NOT NULL,
  differs_since DATETIME(3) NULL COMMENT 'when the difference was first seen; NULL: there is none',
  PRIMARY KEY (biller_id, business_date)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'the last comparison of each day stands';
