-- JSON that the switch itself has written is kept as text, without having the server read it through again.
-- Why: the server parsed every offer and every piece of evidence at each INSERT and each UPDATE of its row, also where the
-- column did not change: a fifteenth of what a payment cost it. The switch writes these columns by one function, from
-- values it has checked, and the strict mode refuses what would be cut.
-- Size and lock: MariaDB drops a check and rewrites no row.
-- Back: MODIFY the columns to JSON again; every row is read once.

ALTER TABLE payment
  MODIFY COLUMN offer LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON',
  MODIFY COLUMN receipt LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
    COMMENT 'JSON, of a payment from before: see payment_event';

ALTER TABLE payment_leg
  MODIFY COLUMN echo LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
    COMMENT 'JSON: what its biller wants to see again; NULL: that of the offer',
  MODIFY COLUMN decision LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
    COMMENT 'JSON, why this route: simpul route explain';

ALTER TABLE payment_event
  MODIFY COLUMN evidence LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
    COMMENT 'JSON: what the biller said, masked';
