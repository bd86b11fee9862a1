-- Which payouts one line of a bank's statement pays, where it pays several.
-- Why: a bank may book the parts of a payout, or several payouts of one party, as one debit. Each payout keeps its own
-- journal and history; the line names all of them. A payout is paid by one line at most, for ever: the unique key.
-- Size and lock: a new table, a row for each payout of such a line. Back: DROP it, only before the first such line.

CREATE TABLE IF NOT EXISTS bank_line_payout (
  reference VARCHAR(35) NOT NULL PRIMARY KEY COMMENT 'of the payout',
  account VARCHAR(40) NOT NULL,
  year SMALLINT UNSIGNED NOT NULL,
  number INT UNSIGNED NOT NULL,
  line_no SMALLINT UNSIGNED NOT NULL,
  KEY bank_line_payout_line (account, year, number, line_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
