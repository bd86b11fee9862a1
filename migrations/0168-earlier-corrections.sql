-- Corrections of what billers were owed, from before there was settlement, are queued for it.
-- Why: 0130 moved what was owed to clearing as one sum, less what billers had borne of refunds and what adjustments had
-- taken; the payments themselves settle in full. Without these rows a biller would be paid what it has given back.
-- A reversed payment needs none: it is left out of its day. What was posted to a payable after 0130, which opened the
-- clearing accounts, has not gone to clearing and is not queued.
-- Size and lock: reads the journals once; a row for each such posting.
-- Back: nothing to do; a settlement takes each row up once.

INSERT IGNORE INTO clearing_change (subject_id, kind, line_no, biller_id, payment_id, amount, created_at)
SELECT p.subject_id, p.kind, p.line_no, SUBSTRING(p.account_id, 8, CHAR_LENGTH(p.account_id) - 15),
  IF(j.about_kind = 'capture', j.about_subject_id, NULL), p.amount, j.created_at
FROM journal j
JOIN posting p ON p.subject_id = j.subject_id AND p.kind = j.kind AND p.account_id LIKE 'biller:%:payable'
JOIN account a ON a.account_id = REPLACE(p.account_id, ':payable', ':clearing')
WHERE j.kind IN ('refund', 'adjustment', 'break_adjustment', 'write_off') AND j.created_at < a.opened_at;
