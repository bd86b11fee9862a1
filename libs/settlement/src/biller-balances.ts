/**
 * What stands on a biller's accounts and what should, read from payments, settlements and payouts and not from journals:
 * clearing is what is paid or corrected and in no closed settlement, payable what closed settlements owe less executed
 * payouts, suspense what closed settlements have paid under the biller's word less what ended breaks have booked. A draft
 * has moved no money yet, so what it takes up still stands in clearing. Debit positive; at most one row.
 */
export const BILLER_BALANCES = `
SELECT account_id, SUM(in_books) AS stands, SUM(by_business) AS due FROM (
  SELECT account_id, SUM(amount) AS in_books, 0 AS by_business FROM posting
  WHERE account_id LIKE 'biller:%:clearing' OR account_id LIKE 'biller:%:payable' OR account_id LIKE 'biller:%:suspense'
  GROUP BY account_id
  UNION ALL
  SELECT CONCAT('biller:', l.biller_id, ':clearing'), 0, -SUM(IF(l.draws_float = 1, 0, l.amount) + p.biller_fee)
  FROM payment_leg l JOIN payment p ON p.payment_id = l.payment_id AND p.leg_no = l.leg_no
    LEFT JOIN settlement s ON s.source = l.source AND s.business_date = l.source_business_date AND s.state = 'closed'
    LEFT JOIN settlement_held h ON h.payment_id = l.payment_id AND h.leg_no = l.leg_no
    LEFT JOIN settlement r ON r.settlement_id = h.released_in AND r.state = 'closed'
  WHERE l.state IN ('PAID', 'REVERSED', 'RESENT', 'UNSERVED') AND IF(h.payment_id IS NULL, s.settlement_id, r.settlement_id) IS NULL
  GROUP BY l.biller_id
  UNION ALL
  SELECT CONCAT('biller:', c.biller_id, ':clearing'), 0, SUM(c.amount) FROM clearing_change c
    LEFT JOIN settlement s ON s.settlement_id = c.settlement_id AND s.state = 'closed'
  WHERE s.settlement_id IS NULL GROUP BY c.biller_id
  UNION ALL
  SELECT CONCAT('biller:', n.party_id, ':payable'), 0, -SUM(n.net) FROM settlement_net n
    JOIN settlement s ON s.settlement_id = n.settlement_id AND s.state = 'closed'
  WHERE n.party_kind = 'biller' GROUP BY n.party_id
  UNION ALL
  SELECT CONCAT('biller:', party_id, ':payable'), 0, SUM(amount) FROM payout
  WHERE party_kind = 'biller' AND state = 'executed' GROUP BY party_id
  UNION ALL
  SELECT CONCAT('biller:', d.party_id, ':suspense'), 0, SUM(d.amount) FROM settlement_line d
    JOIN settlement s ON s.settlement_id = d.settlement_id AND s.state = 'closed'
  WHERE d.party_kind = 'biller' AND d.kind = 'disputed' GROUP BY d.party_id
  UNION ALL
  SELECT account_id, 0, SUM(amount) FROM posting
  WHERE account_id LIKE 'biller:%:suspense' AND kind <> 'settlement' GROUP BY account_id
) both_sides GROUP BY account_id HAVING stands <> due ORDER BY account_id LIMIT 1`;
