-- How the service was for customers: when it was down, and what they complained about.
-- Why: the regulator asks for both each month, and nobody could say. The worker looks from outside, so that no payment waits
-- for a row. What is written stays; how something ended is another row.
-- Size and lock: new tables; some rows a day. Back: DROP them, only before the first monthly report.

CREATE TABLE IF NOT EXISTS downtime (
  scope VARCHAR(120) NOT NULL COMMENT 'all, route:<product>/<route> or product:<product>',
  cause VARCHAR(12) NOT NULL COMMENT 'switch, breaker, maintenance, or unwatched: nobody looked',
  seq INT UNSIGNED NOT NULL COMMENT 'from 1; the next one only after the one before has ended',
  biller_id VARCHAR(40) NOT NULL DEFAULT '',
  began_at DATETIME(3) NOT NULL,
  PRIMARY KEY (scope, cause, seq),
  KEY downtime_began (began_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS downtime_end (
  scope VARCHAR(120) NOT NULL,
  cause VARCHAR(12) NOT NULL,
  seq INT UNSIGNED NOT NULL,
  ended_at DATETIME(3) NOT NULL,
  PRIMARY KEY (scope, cause, seq)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS downtime_look (
  look TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  looked_at DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'one row: when somebody looked last';

CREATE TABLE IF NOT EXISTS complaint (
  complaint_id VARCHAR(20) NOT NULL PRIMARY KEY COMMENT 'CMP-2026-000001',
  payment_id CHAR(12) NULL,
  category VARCHAR(12) NOT NULL COMMENT 'payment, refund, service or other',
  text VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  opened_by VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  opened_at DATETIME(3) NOT NULL,
  due_date DATE NOT NULL COMMENT 'the last day on which it is answered in time',
  KEY complaint_opened (opened_at),
  KEY complaint_payment (payment_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS complaint_event (
  complaint_id VARCHAR(20) NOT NULL,
  event_no SMALLINT UNSIGNED NOT NULL,
  kind VARCHAR(10) NOT NULL COMMENT 'opened, answered or closed',
  outcome VARCHAR(10) NOT NULL DEFAULT '' COMMENT 'of closed: upheld, rejected or withdrawn',
  text VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  by_user VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (complaint_id, event_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
