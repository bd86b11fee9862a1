-- Alerts about lines of the bank's statements are known by the account, too.
-- Why: two accounts number their statements alike, and the alert about a line of one ended with the line of the other.
-- An alert that a bank's statement is late is one of each account. Both are written anew under the account.
-- Size and lock: some rows. Back: nothing to do; alerts of before are then ended by hand.

UPDATE recon_alert a JOIN bank_line l
    ON a.subject = CONCAT(l.year, '/', l.number, '/', l.line_no) AND a.business_date = l.value_date
   AND a.source = LEFT(SUBSTRING_INDEX(l.account, '/', 1), 20)
  SET a.subject = CONCAT(l.account, ' ', l.year, '/', l.number, '/', l.line_no)
WHERE a.kind IN ('bank_debit', 'bank_taken_back');

UPDATE recon_alert SET ended_at = UTC_TIMESTAMP(3), ended_by = 'told anew by account'
WHERE kind = 'bank_late' AND subject = '' AND ended_at IS NULL;
