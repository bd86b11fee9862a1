-- Reversals from before there was settlement are queued beside their payments.
-- Why: 0130 moved what was owed to clearing as one sum, in which a payment that had been captured and reversed is 0. I23
-- counts a reversed payment by its leg and by its reversal in this queue, and 0168 had left reversals out: for a day that
-- is never settled here they did not tie, for ever. The settlement of a later day takes the row up with the payment, and
-- neither moves anything. A day that has a settlement already has taken its payments up without it.
-- Size and lock: reads the journals once; a row for each such reversal.
-- Back: nothing to do; the rows balance their payments.

INSERT IGNORE INTO clearing_change (subject_id, kind, line_no, biller_id, payment_id, amount, created_at)
SELECT p.subject_id, p.kind, p.line_no, SUBSTRING(p.account_id, 8, CHAR_LENGTH(p.account_id) - 15), p.subject_id, p.amount,
  j.created_at
FROM journal j
JOIN posting p ON p.subject_id = j.subject_id AND p.kind = j.kind AND p.account_id LIKE 'biller:%:payable'
JOIN account a ON a.account_id = REPLACE(p.account_id, ':payable', ':clearing')
JOIN payment pay ON pay.payment_id = p.subject_id
JOIN payment_leg l ON l.payment_id = pay.payment_id AND l.leg_no = pay.leg_no
LEFT JOIN settlement s ON s.source = l.source AND s.business_date = l.source_business_date
LEFT JOIN settlement_held h ON h.payment_id = l.payment_id AND h.leg_no = l.leg_no
WHERE j.kind = 'reversal' AND j.created_at < a.opened_at AND l.state = 'REVERSED' AND s.settlement_id IS NULL
  AND h.payment_id IS NULL;
