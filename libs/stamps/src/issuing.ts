import { duplicateKey, type Database, type Statements } from '#lib/platform';
import { move } from './movements';

const PURCHASES_AT_ONCE = 100;
const SERIAL = /^[0-9A-Za-z-]{1,64}$/;

interface PurchaseRow {
  payment_id: string;
  channel_id: string;
  biller_id: string;
  serials: string;
}

/**
 * Makes serials of what was bought and not unfolded yet, of one channel or of all. Of several at once one does it; the
 * same again has no effect. What the biller has listed wrongly is marked for people and left alone.
 * @returns how many purchases were looked at.
 */
export async function issueSerials(database: Database, at: Date, channelId?: string): Promise<number> {
  const whose = channelId === undefined ? '' : 'AND channel_id = ? ';
  const purchases = await database.rows<PurchaseRow>(
    'SELECT payment_id, channel_id, biller_id, serials FROM stamp_purchase WHERE issued = 0 AND trouble IS NULL ' +
      `${whose}LIMIT ${PURCHASES_AT_ONCE}`,
    channelId === undefined ? [] : [channelId],
  );
  for (const purchase of purchases) await issue(database, purchase, at);
  return purchases.length;
}

async function issue(database: Database, purchase: PurchaseRow, at: Date): Promise<void> {
  const serials = purchase.serials.split(',').map((serial) => serial.trim());
  const trouble = troubleWith(serials);
  if (trouble !== undefined) {
    await mark(database, purchase.payment_id, trouble);
    return;
  }
  try {
    await database.transaction(async (statements) => {
      if (await isMine(statements, purchase.payment_id)) await write(statements, purchase, serials, at);
    });
  } catch (error) {
    if (duplicateKey(error) === undefined) throw error;
    await mark(database, purchase.payment_id, 'one of these serials was sold before');
  }
}

async function isMine(statements: Statements, paymentId: string): Promise<boolean> {
  const taken = await statements.run(
    'UPDATE stamp_purchase SET issued = 1 WHERE payment_id = ? AND issued = 0',
    [paymentId],
  );
  return taken === 1;
}

async function write(
  statements: Statements,
  { payment_id, channel_id, biller_id }: PurchaseRow,
  serials: readonly string[],
  at: Date,
): Promise<void> {
  await statements.run(
    'INSERT INTO stamp_serial (serial, payment_id, channel_id, biller_id, issued_at) VALUES ?',
    [serials.map((serial) => [serial, payment_id, channel_id, biller_id, at])],
  );
  const whose = { channelId: channel_id, billerId: biller_id };
  await move(
    statements,
    [
      { kind: 'bought', subject: payment_id, quantity: serials.length, ...whose },
      ...serials.map((serial) => ({ kind: 'issued' as const, subject: serial, quantity: 1, ...whose })),
    ],
    at,
  );
}

function troubleWith(serials: readonly string[]): string | undefined {
  if (serials.some((serial) => !SERIAL.test(serial))) return 'this is no list of serials';
  return new Set(serials).size === serials.length ? undefined : 'a serial is listed twice';
}

async function mark(database: Database, paymentId: string, trouble: string): Promise<void> {
  await database.run('UPDATE stamp_purchase SET trouble = ? WHERE payment_id = ? AND issued = 0', [
    trouble,
    paymentId,
  ]);
}
