-- A COMMIT went without an answer, and its rows were looked for: when, and how much of it was there.
-- Why: a row may be seen before it is on the disk. The look is written in the transaction that looks, so that the disk
-- has what was seen before anybody is told of it. Nothing reads it but people.
-- Size and lock: a new table; a row for each commit whose answer was lost. Back: DROP it.

CREATE TABLE IF NOT EXISTS commit_look (
  look_id     CHAR(36)          NOT NULL,
  looked_at   DATETIME(3)       NOT NULL,
  units       SMALLINT UNSIGNED NOT NULL COMMENT 'how many units of work were looked for',
  found       SMALLINT UNSIGNED NOT NULL COMMENT 'how many of them are committed',
  first_table VARCHAR(64)       NOT NULL COMMENT 'where the first of them was looked for',
  PRIMARY KEY (look_id),
  KEY commit_look_at (looked_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
