-- How each switch process sees its routes: written by it every few seconds, for people to look at.
-- Why: health lives in the memory of each process, and nobody could see it from outside. Nothing is decided by this table.
-- Size and lock: a new table, one row for each process and route that was used. Back: DROP it.

CREATE TABLE IF NOT EXISTS route_state (
  process VARCHAR(80) NOT NULL,
  route_id VARCHAR(81) NOT NULL,
  product_id VARCHAR(40) NOT NULL,
  breaker VARCHAR(10) NOT NULL,
  calls INT UNSIGNED NOT NULL,
  failed INT UNSIGNED NOT NULL,
  average_ms INT UNSIGNED NOT NULL,
  in_hand INT UNSIGNED NOT NULL COMMENT 'calls on their way to its biller, by any of its routes',
  seen_at DATETIME(3) NOT NULL,
  PRIMARY KEY (process, product_id, route_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
