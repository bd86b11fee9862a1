-- What became of announced money stands with it, and a statement is known by its year and number.
-- Why: announced money is booked, withdrawn or taken back once, by a conditional update of its outcome. Banks number their
-- statements from 1 again each year, so the number alone names none.
-- Size and lock: some rows a day; rebuilds three small tables. Back: only before a statement of a second year.

ALTER TABLE bank_expected
  ADD COLUMN /*M! IF NOT EXISTS */ outcome VARCHAR(10) NULL COMMENT 'NULL: expected; matched, withdrawn or taken_back',
  ADD COLUMN /*M! IF NOT EXISTS */ ended_by VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'a person, or the statement line',
  ADD COLUMN /*M! IF NOT EXISTS */ ended_at DATETIME(3) NULL;

UPDATE bank_expected e JOIN bank_line l ON l.about = e.reference AND l.outcome = 'matched'
  SET e.outcome = 'matched', e.ended_by = 'worker', e.ended_at = e.announced_at WHERE e.outcome IS NULL;

ALTER TABLE bank_statement
  ADD COLUMN /*M! IF NOT EXISTS */ year SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'of its date; numbers begin again with it' AFTER account;
UPDATE bank_statement SET year = YEAR(statement_date) WHERE year = 0;
ALTER TABLE bank_statement DROP PRIMARY KEY, ADD PRIMARY KEY (account, year, number);

ALTER TABLE bank_line
  ADD COLUMN /*M! IF NOT EXISTS */ year SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'of the statement' AFTER account;
UPDATE bank_line l JOIN bank_statement s ON s.account = l.account AND s.number = l.number
  SET l.year = s.year WHERE l.year = 0;
ALTER TABLE bank_line DROP PRIMARY KEY, ADD PRIMARY KEY (account, year, number, line_no);
