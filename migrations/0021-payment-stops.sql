-- Stops: where the books do not hold, no new payment is taken until people have looked.
-- Why: stopping is better than going on wrong. A stop and its release are rows of their own, so both stay readable
-- for ever; the application may only add a stop. Two stops of one scope do no harm: each needs its release.
-- Size and lock: new tables, a handful of rows. Back: DROP them; the switch of the release before reads neither.

CREATE TABLE IF NOT EXISTS payment_stop (
  stop_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  scope VARCHAR(60) NOT NULL COMMENT 'deposit:<channel>, biller:<biller>, or all',
  reason VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  stopped_by VARCHAR(80) NOT NULL,
  stopped_at DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS payment_stop_release (
  stop_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  reason VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  released_by VARCHAR(80) NOT NULL,
  released_at DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
