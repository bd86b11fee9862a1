-- Accounts of settlement, and what corrections move in a biller's clearing.
-- Why: a capture now stands in biller:<id>:clearing until its day is settled, and in biller:<id>:payable after it. What
-- was owed so far has never been settled, so it goes back to clearing by one journal for each biller. A correction of a
-- biller's clearing (reversal, refund, agreed adjustment) is queued in clearing_change by its own commit; the next
-- settlement takes it up once. Postings have no index by account, which every payment would pay for.
-- Size and lock: one small new table; some accounts and a journal for each biller; one scan of posting.
-- Back: DROP the table, only before the first settlement; the accounts and journals stay.

CREATE TABLE IF NOT EXISTS clearing_change (
  subject_id VARCHAR(40) NOT NULL COMMENT 'the journal that moved the clearing account',
  kind VARCHAR(20) NOT NULL,
  line_no TINYINT UNSIGNED NOT NULL COMMENT 'of its postings',
  biller_id VARCHAR(40) NOT NULL,
  payment_id CHAR(12) NULL COMMENT 'the payment whose capture it puts right; NULL: of no one payment',
  amount BIGINT NOT NULL COMMENT 'as posted: what we owe less positive, what we owe more negative',
  created_at DATETIME(3) NOT NULL,
  settlement_id BIGINT UNSIGNED NULL COMMENT 'the settlement that took it up',
  PRIMARY KEY (subject_id, kind, line_no),
  KEY clearing_change_open (settlement_id, biller_id),
  KEY clearing_change_payment (payment_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

INSERT IGNORE INTO account (account_id, normal_side, opened_at)
SELECT REPLACE(a.account_id, ':payable', ':clearing'), 'credit', UTC_TIMESTAMP(3) FROM account a
WHERE a.account_id LIKE 'biller:%:payable';

INSERT IGNORE INTO account (account_id, normal_side, opened_at)
SELECT REPLACE(a.account_id, ':payable', ':suspense'), 'debit', UTC_TIMESTAMP(3) FROM account a
WHERE a.account_id LIKE 'biller:%:payable';

INSERT IGNORE INTO account (account_id, normal_side, opened_at)
SELECT REPLACE(a.account_id, ':commission', ':receivable'), 'debit', UTC_TIMESTAMP(3) FROM account a
WHERE a.account_id LIKE 'channel:%:commission';

INSERT IGNORE INTO account (account_id, normal_side, opened_at)
SELECT o.account_id, o.normal_side, UTC_TIMESTAMP(3) FROM (
  SELECT 'own:rounding' AS account_id, 'debit' AS normal_side
  UNION ALL SELECT 'own:bank-charges', 'debit'
  UNION ALL SELECT 'own:ppn-out', 'credit'
  UNION ALL SELECT 'own:pph-prepaid', 'debit'
  UNION ALL SELECT 'own:suspense', 'credit'
) o WHERE EXISTS (SELECT 1 FROM account a WHERE a.account_id = 'own:bank');

-- The postings of a biller's journal come first; the journal's hash is made of them, so a run that was killed between
-- the two finds them and finishes.
INSERT INTO posting (subject_id, kind, line_no, account_id, amount)
SELECT owed.subject_id, 'settlement', n.line_no, CONCAT('biller:', owed.biller_id, IF(n.line_no = 1, ':payable', ':clearing')),
  IF(n.line_no = 1, -owed.total, owed.total)
FROM (
  SELECT SUBSTRING(account_id, 8, CHAR_LENGTH(account_id) - 15) AS biller_id,
    CAST(CONCAT('OPEN-', SUBSTRING(SHA2(account_id, 256), 1, 16)) AS CHAR CHARACTER SET ascii) COLLATE ascii_bin AS subject_id, SUM(amount) AS total
  FROM posting WHERE account_id LIKE 'biller:%:payable' GROUP BY account_id HAVING SUM(amount) <> 0
) owed
JOIN (SELECT 1 AS line_no UNION ALL SELECT 2) n
WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.subject_id = owed.subject_id AND p.kind = 'settlement');

INSERT INTO journal (subject_id, kind, business_date, posted_change, held_change, reference, content_hash, created_at)
SELECT moved.subject_id, 'settlement', moved.business_date, 0, 0, moved.subject_id,
  UNHEX(SHA2(CONCAT(moved.subject_id, '|settlement|', moved.business_date, '||0|0|',
    DATE_FORMAT(moved.at, '%Y-%m-%dT%H:%i:%s.000Z'), moved.postings), 256)), moved.at
FROM (
  SELECT p.subject_id, DATE_FORMAT(UTC_TIMESTAMP() + INTERVAL 7 HOUR, '%Y-%m-%d') AS business_date, UTC_TIMESTAMP() AS at,
    GROUP_CONCAT(CHAR(10 USING ascii), p.line_no, '|', p.account_id, '|', p.amount ORDER BY p.line_no SEPARATOR '') AS postings
  FROM posting p LEFT JOIN journal j ON j.subject_id = p.subject_id AND j.kind = p.kind
  WHERE p.subject_id LIKE 'OPEN-%' AND p.kind = 'settlement' AND j.subject_id IS NULL GROUP BY p.subject_id
) moved;
