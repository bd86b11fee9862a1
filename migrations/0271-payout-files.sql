-- The files by which payouts are handed to the bank, and which payout went with which.
-- Why: people typed each payout into the bank's portal. A payout goes with one file for ever: the key of its line. The file is
-- made anew from these rows with the same name and content, which its SHA-256 proves.
-- Size and lock: new tables, a row for each payout. Back: DROP them, only before the first file.

CREATE TABLE IF NOT EXISTS payout_file (
  name VARCHAR(80) NOT NULL PRIMARY KEY,
  made_on DATE NOT NULL COMMENT 'in Jakarta',
  seq SMALLINT UNSIGNED NOT NULL COMMENT 'of that day, from 1',
  sha256 CHAR(64) NOT NULL,
  payouts INT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL,
  made_by VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  made_at DATETIME(3) NOT NULL,
  UNIQUE KEY payout_file_day (made_on, seq)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS payout_file_line (
  reference VARCHAR(35) NOT NULL PRIMARY KEY COMMENT 'of the payout',
  name VARCHAR(80) NOT NULL COMMENT 'of its file',
  line_no INT UNSIGNED NOT NULL COMMENT 'of the instruction, from 1',
  account VARCHAR(40) NOT NULL COMMENT 'where it is paid, as our bank knows it',
  UNIQUE KEY payout_file_line_place (name, line_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
