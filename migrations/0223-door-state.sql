-- Which doors each switch process has open: told by it every few seconds, for who looks from outside.
-- Why: one door may be down while the process and its other doors live, and nobody saw it. Nothing is decided by this table.
-- Size and lock: a new table, one row for each process and door. Back: DROP it.

CREATE TABLE IF NOT EXISTS door_state (
  process VARCHAR(80) NOT NULL,
  door VARCHAR(60) NOT NULL COMMENT 'h2h, snap, text, or iso8583 and its profile',
  is_open TINYINT(1) NOT NULL COMMENT '1: it listens',
  seen_at DATETIME(3) NOT NULL,
  PRIMARY KEY (process, door),
  KEY door_state_seen (seen_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
