-- Payments found by the customer's number and by the biller's reference.
-- Why: people who call say one of these, and whoever answers them has seconds. Payment ID, channel reference and leg reference
-- are keys already. Of a number that only its biller may read, the books hold the masked form: it is not found by.
-- Size and lock: two indexes of about 40 bytes a payment each, built in place while payments are written. A biller's reference
-- is known at a payment's end, so its entry is written once, then.
-- Back: DROP the indexes; the search then reads every payment.

ALTER TABLE payment
  ADD INDEX /*M! IF NOT EXISTS */ payment_customer (customer_number, payment_id);

ALTER TABLE payment_leg
  ADD INDEX /*M! IF NOT EXISTS */ leg_of_biller_reference (biller_reference, payment_id);
