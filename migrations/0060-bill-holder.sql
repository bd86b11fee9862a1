-- Which payment a bill belonged to when its inquiry began, so that an offer ends as soon as another payment of it does.
-- Why: the switch compares payments by their ids and never the clocks of two processes.
-- Size and lock: a column added in place (MariaDB 10.3, MySQL 8.0: instant), and a comment; no row is read.
-- Back: DROP the column; the release before does not read it.

ALTER TABLE inquiry
  ADD COLUMN /*M! IF NOT EXISTS */ bill_holder CHAR(12) NULL COMMENT 'payment its bill belonged to when the biller was asked';

ALTER TABLE payment
  MODIFY COLUMN bill_in_payment VARCHAR(120) NULL
    COMMENT 'biller and bill, where only one payment of it may be under way: the last payment of the bill keeps it';
