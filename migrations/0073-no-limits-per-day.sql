-- Takes out the limits of one customer on one day: nothing has ever read them or offered to set them.
-- Why: to hold them, every payment would need one more index of the payment table, also where nobody has such a limit.
-- What is asked for is kept by the limit of one payment (amount_min, amount_max) and by the guard against double sales.
-- Size and lock: one small table, in place. Back: ADD the two columns; they were empty.

ALTER TABLE payment_limit
  DROP COLUMN /*M! IF EXISTS */ day_payments_max,
  DROP COLUMN /*M! IF EXISTS */ day_amount_max;
