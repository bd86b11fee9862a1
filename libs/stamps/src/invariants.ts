import type { InvariantVerdict } from '#lib/ledger';
import type { Statements } from '#lib/platform';

type Finding = Record<string, string | number | null>;

/**
 * I18: every serial belongs to one purchase and is on one document at most; no order is stamped twice; and the stock's
 * movements say what the serials and the orders say.
 */
export async function checkStampInvariants(statements: Statements): Promise<InvariantVerdict> {
  const [counted] = await statements.rows<{ n: string | number }>('SELECT COUNT(*) AS n FROM stock_movement');
  const checked = Number(counted?.n ?? 0);
  for (const { sql, says } of QUESTIONS) {
    const [row] = await statements.rows<Finding>(sql);
    if (row) return { id: 'I18', ok: false, checked, firstCounterExample: says(row) };
  }
  return { id: 'I18', ok: true, checked, firstCounterExample: null };
}

/** Each selects counter-examples only. */
const QUESTIONS: readonly { sql: string; says: (row: Finding) => string }[] = [
  {
    sql:
      "SELECT wanted.name FROM (SELECT 'stamp_order_serial' AS name UNION SELECT 'stamp_order_number') wanted " +
      'LEFT JOIN information_schema.statistics s ON s.table_schema = DATABASE() AND s.non_unique = 0 ' +
      'AND s.index_name = wanted.name WHERE s.index_name IS NULL',
    says: ({ name }) => `the unique key ${name} is missing`,
  },
  {
    sql:
      'SELECT p.payment_id, p.serials, COUNT(s.serial) AS n FROM stamp_purchase p ' +
      'LEFT JOIN stamp_serial s ON s.payment_id = p.payment_id GROUP BY p.payment_id, p.serials, p.issued ' +
      "HAVING n <> IF(p.issued = 1, 1 + LENGTH(p.serials) - LENGTH(REPLACE(p.serials, ',', '')), 0) LIMIT 1",
    says: ({ payment_id, n }) => `${payment_id} bought other serials than the ${n} that were issued`,
  },
  {
    sql:
      'SELECT s.payment_id FROM stamp_serial s LEFT JOIN stamp_purchase p ON p.payment_id = s.payment_id ' +
      'WHERE p.payment_id IS NULL LIMIT 1',
    says: ({ payment_id }) => `serials of ${payment_id} were issued without a purchase`,
  },
  {
    sql:
      "SELECT o.serial, SUM(o.state = 'STAMPED') AS stamped FROM stamp_order o GROUP BY o.serial " +
      'HAVING stamped > 1 LIMIT 1',
    says: ({ serial, stamped }) => `${serial} is on ${stamped} documents`,
  },
  {
    sql:
      'SELECT o.order_number, o.state FROM stamp_order o LEFT JOIN stamp_serial s ON s.serial = o.serial ' +
      "WHERE s.serial IS NULL OR (o.state = 'REFUSED') <> (o.effective_serial IS NULL) " +
      "OR (o.state = 'ORDERED') <> (o.next_try_at IS NOT NULL) LIMIT 1",
    says: ({ order_number, state }) => `the order ${order_number} is ${state} and does not stand so`,
  },
  {
    sql:
      'SELECT m.kind, m.subject FROM stock_movement m ' +
      "LEFT JOIN stamp_purchase p ON m.kind = 'bought' AND p.payment_id = m.subject AND p.issued = 1 " +
      "LEFT JOIN stamp_serial s ON m.kind = 'issued' AND s.serial = m.subject " +
      "LEFT JOIN stamp_order o ON m.kind IN ('reserved', 'stamped', 'returned') AND o.order_number = m.subject " +
      "AND (m.kind = 'reserved' OR o.state = IF(m.kind = 'stamped', 'STAMPED', 'REFUSED')) " +
      'WHERE p.payment_id IS NULL AND s.serial IS NULL AND o.order_number IS NULL LIMIT 1',
    says: ({ kind, subject }) => `the stock says ${kind} of ${subject}, which nothing else says`,
  },
  {
    sql:
      'SELECT wanted.kind, wanted.subject FROM (' +
      "SELECT 'bought' AS kind, payment_id AS subject FROM stamp_purchase WHERE issued = 1 " +
      "UNION ALL SELECT 'issued', serial FROM stamp_serial UNION ALL SELECT 'reserved', order_number FROM stamp_order " +
      "UNION ALL SELECT IF(state = 'STAMPED', 'stamped', 'returned'), order_number FROM stamp_order " +
      "WHERE state <> 'ORDERED') wanted LEFT JOIN stock_movement m ON m.kind = wanted.kind AND m.subject = wanted.subject " +
      'WHERE m.subject IS NULL LIMIT 1',
    says: ({ kind, subject }) => `the stock does not say ${kind} of ${subject}`,
  },
];
