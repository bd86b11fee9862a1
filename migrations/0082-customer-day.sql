-- Limits of one customer on one business day, and what counts towards them.
-- Why: a product may be sold to one customer only so often, or for so much, a day. Each payment of a product with such a
-- limit takes the next number of its customer's day; the unique key keeps two at one moment from taking the same one, so
-- each has seen all before it. A payment that was declined or taken back does not count, by its own state: nothing is
-- given back here. Products without such a limit have no rows, and their payments read and write nothing of it.
-- Size and lock: two columns of a small table, in place; a new table, one row a payment of a limited product. Rows of days
-- gone by are read by nobody and may be deleted. Back: DROP the table and the two columns; there are no such limits then.

ALTER TABLE payment_limit
  ADD COLUMN /*M! IF NOT EXISTS */ day_payments_max INT UNSIGNED NULL COMMENT 'of one customer on one business day',
  ADD COLUMN /*M! IF NOT EXISTS */ day_amount_max BIGINT NULL COMMENT 'the same, without our fees';

CREATE TABLE IF NOT EXISTS customer_day (
  customer_day CHAR(64) NOT NULL COMMENT 'SHA-256 of limit, customer and business date, hex',
  use_no INT UNSIGNED NOT NULL COMMENT 'from 1 on, without gaps',
  payment_id CHAR(12) NOT NULL,
  business_date DATE NOT NULL,
  UNIQUE KEY customer_day_use (customer_day, use_no),
  KEY customer_day_date (business_date)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
