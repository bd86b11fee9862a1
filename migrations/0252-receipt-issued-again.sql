-- What a channel was told of a payment stays what it is told, also when the payment is sent to its biller once more.
-- Why: the further leg has its own number at the biller, and a receipt of its own. A repeated payment is answered with the
-- numbers and the receipt of its first answer, so a further leg keeps by which numbers the payment was told; the receipt
-- that the biller has given anew stands with the event that brought it, and nothing that stood before is changed.
-- Size and lock: columns are added without touching rows. Back: DROP the columns, only before the first payment that was
-- sent again; after it, its answer would be another one than before.

ALTER TABLE payment_leg
  ADD COLUMN /*M! IF NOT EXISTS */ told LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
    COMMENT 'JSON: the numbers by which its channel was told PAID before; NULL: its own';

ALTER TABLE payment_event
  ADD COLUMN /*M! IF NOT EXISTS */ reissued LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
    COMMENT 'JSON: the receipt of what was sent again; NULL: the one that was told first stands alone';
