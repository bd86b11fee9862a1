-- Alerts about lines of the bank's statements that are settled already come to their end.
-- Why: from now on an alert ends with the line that it is about; those of before waited for a person to end them by hand.
-- Size and lock: some rows. Back: nothing to do.

UPDATE recon_alert a JOIN bank_line l
    ON a.subject = CONCAT(l.year, '/', l.number, '/', l.line_no) AND a.business_date = l.value_date
   AND a.source = LEFT(SUBSTRING_INDEX(l.account, '/', 1), 20)
  SET a.ended_at = UTC_TIMESTAMP(3), a.ended_by = 'the line was settled before'
WHERE a.kind IN ('bank_debit', 'bank_taken_back') AND a.ended_at IS NULL
  AND (l.outcome IN ('matched', 'bank_charge')
    OR (l.outcome = 'taken_back' AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.reference = l.about AND p.state = 'returned')));
