-- Who was handed which receipt, when and in which form.
-- Why: the first one is the receipt, every later one is a copy that says so; which is which is told by these rows, and
-- the primary key sees to it that of two at one moment only one is the first.
-- Size and lock: a new table, one row for each receipt that is fetched. Back: DROP it; every receipt is a first one then.

CREATE TABLE IF NOT EXISTS receipt_copy (
  payment_id CHAR(12) NOT NULL,
  copy_no SMALLINT UNSIGNED NOT NULL COMMENT '0: the receipt that was handed out first',
  asked_by VARCHAR(80) NOT NULL COMMENT 'channel:<id>, or operator:<account of the operating system>',
  format VARCHAR(10) NOT NULL,
  language CHAR(2) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (payment_id, copy_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
