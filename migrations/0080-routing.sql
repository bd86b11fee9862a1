-- A payment may go by more than one route: further legs, one at a time, each with the reasons for its route.
-- Why: a leg that was surely never sent, or refused for a reason that another route may not share, may be followed by
-- another one. The unique key leg_one_open keeps two legs of a payment from being under way together, as
-- leg_one_success keeps two of them from succeeding. payment.leg_no names the last leg, so that a payment is read with
-- that one by its primary key. What people order of a route is a row that is never changed.
-- Size and lock: columns are added without touching rows; the update touches the open legs; the key is built while
-- payments go on. Back: DROP the key, the columns and the table, only before the first second leg.

ALTER TABLE payment
  ADD COLUMN /*M! IF NOT EXISTS */ leg_no TINYINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'its last leg; those before it are DECLINED';

ALTER TABLE payment_leg
  ADD COLUMN /*M! IF NOT EXISTS */ open_payment_id CHAR(12) NULL
    COMMENT 'the Payment ID while this leg is not final: at most one leg of a payment is',
  ADD COLUMN /*M! IF NOT EXISTS */ route_id VARCHAR(81) NULL COMMENT 'the route it was sent by; NULL: from before routes',
  ADD COLUMN /*M! IF NOT EXISTS */ echo JSON NULL COMMENT 'what its biller wants to see again; NULL: that of the offer',
  ADD COLUMN /*M! IF NOT EXISTS */ decision JSON NULL COMMENT 'why this route: simpul route explain';

UPDATE payment_leg SET open_payment_id = payment_id
  WHERE open_payment_id IS NULL AND state IN ('SENT', 'SUSPECT', 'UNRESOLVED');

ALTER TABLE payment_leg
  ADD UNIQUE INDEX /*M! IF NOT EXISTS */ leg_one_open (open_payment_id);

ALTER TABLE inquiry
  ADD COLUMN /*M! IF NOT EXISTS */ route JSON NULL COMMENT 'who was asked and why; its payment goes there';

CREATE TABLE IF NOT EXISTS route_order (
  order_no BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  route_id VARCHAR(81) NOT NULL,
  is_enabled TINYINT(1) NOT NULL COMMENT 'the last order of a route counts; a route without one is enabled',
  reason VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  ordered_by VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  ordered_at DATETIME(3) NOT NULL,
  KEY route_order_last (route_id, order_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
