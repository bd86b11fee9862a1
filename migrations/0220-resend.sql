-- Orders to send a paid payment to its biller once more, because the biller does not have it and its bill is still open.
-- Why: the leg that the biller does not have ends, and one further leg follows under a reference of its own, while the
-- payment stays one and the customer has paid once. The order is durable before the biller is asked anything, and the leg
-- before it is sent; the unique keys of `payment_leg` and of this table keep it from happening twice.
-- Size and lock: a new table, a row for each order that two people have given. Back: DROP it, only before the first order.

CREATE TABLE IF NOT EXISTS resend (
  resend_id VARCHAR(40) NOT NULL PRIMARY KEY COMMENT 'the break, and the line of its history, that it ends',
  payment_id CHAR(12) NOT NULL,
  leg_no TINYINT UNSIGNED NOT NULL COMMENT 'the leg that its biller does not have',
  live TINYINT(1) NULL COMMENT '1: ordered or sent, which one order of a leg is at most; NULL: refused',
  state VARCHAR(12) NOT NULL COMMENT 'ORDERED, SENT or REFUSED',
  tries SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'how often it was looked at; fences off who comes late',
  next_try_at DATETIME(3) NULL COMMENT 'NULL once nobody is to send it any more',
  ordered_by VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'maker and checkers',
  last_said VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'why it waits or was refused, masked',
  ordered_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  UNIQUE KEY resend_one_live (payment_id, leg_no, live),
  KEY resend_due (next_try_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
