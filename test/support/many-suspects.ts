import type { TestDatabase } from './database';

const DIGITS =
  '(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)';

/**
 * Makes ten thousand open suspects of one payment, as a long silence of its biller leaves them, all due since then.
 * Only their rows: their holds are in no journal, so the books of this schema do not balance any more.
 */
export async function tenThousandLike(store: TestDatabase, paymentId: string, dueSince: Date): Promise<void> {
  const numbers = `(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n FROM ${DIGITS} a, ${DIGITS} b, ${DIGITS} c, ${DIGITS} e) numbers`;
  const copy = async (table: string, replaced: Record<string, string>) => {
    const columns = await store.admin.rows<{ name: string }>(
      'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?',
      [table],
    );
    const names = columns.map(({ name }) => name);
    const values = names.map((name) => replaced[name] ?? `original.${name}`);
    await store.admin.run(
      `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${table} original, ${numbers} ` +
        'WHERE original.payment_id = ?',
      [paymentId],
    );
  };
  const id = "CONCAT('TMANY', LPAD(n, 7, '0'))";
  await copy('payment', {
    payment_id: id,
    channel_reference: "CONCAT('MANY-', n)",
    inquiry_id: "CONCAT('inq_many', n)",
    bill_in_payment: 'NULL',
    state: "'SUSPECT'",
  });
  await copy('payment_leg', {
    payment_id: id,
    leg_reference: id,
    state: "'SUSPECT'",
    next_advice_at: `'${dueSince.toISOString().slice(0, 23).replace('T', ' ')}' + INTERVAL n MICROSECOND`,
  });
}
