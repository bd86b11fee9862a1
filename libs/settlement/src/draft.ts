import { rupiah, sum, ZERO, type BusinessDate, type Rupiah } from '#lib/kernel';
import { duplicateKey, type Database, type SqlValue, type Statements } from '#lib/platform';
import type { SettlementContracts } from './contracts';
import { ENDED_AT_ONCE, type DayFigures } from './day-figures';
import type { Reconciled } from './reconciled';
import type { Party } from './shares';

/** Each redo means that another settlement of the same party was first. */
const REDO_MAX = 8;
const ROWS_AT_ONCE = 500;

/** A day's figures with the day by which they are to be paid. */
export interface DueFigures extends DayFigures {
  dueDate: BusinessDate;
}

/** The subject of a source's settlement, of at most 35 characters. */
export function subjectOf(source: string, businessDate: string): string {
  return `STL-${source}-${businessDate}`;
}

/**
 * Fixes what settling a day does, in one transaction and without moving money; once for each source and day.
 * @returns false where the day has been drafted before, is no longer as it was read, or something it takes up was taken
 *   by another: read again.
 */
export async function draftSettlement(
  database: Database,
  reconciled: Pick<Reconciled, 'holdDay'>,
  figures: DueFigures,
  contracts: SettlementContracts,
  now: Date,
): Promise<boolean> {
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1)
    try {
      await database.transaction(async (statements) => {
        // From here on nobody can begin to work the day anew: a corrected file finds it settled.
        if (!(await reconciled.holdDay(statements, figures.day)))
          throw new TakenByAnother(figures.day.source);
        await writeDraft(statements, figures, contracts, now);
      });
      return true;
    } catch (error) {
      if (error instanceof TakenByAnother) return false;
      const key = duplicateKey(error);
      if (key === undefined) throw error;
      // The chain of what a party owes went on meanwhile: draft on its new end.
      if (!key.startsWith('PRIMARY')) return false;
    }
  return false;
}

/** What this draft was to take up has been taken up by another one. */
class TakenByAnother extends Error {}

async function writeDraft(
  statements: Statements,
  figures: DueFigures,
  contracts: SettlementContracts,
  now: Date,
): Promise<void> {
  const { source, businessDate, runId, runNo } = figures.day;
  const subjectId = subjectOf(source, businessDate);
  await statements.run(
    `INSERT INTO settlement (source, business_date, subject_id, run_id, run_no, settle_on, state, payments, drafted_at,
       due_date) VALUES (?, ?, ?, ?, ?, ?, 'drafted', ?, ?, ?)`,
    [source, businessDate, subjectId, runId, runNo, figures.settleOn, figures.payments, now, figures.dueDate],
  );
  const [row] = await statements.rows<{ settlement_id: string }>(
    'SELECT settlement_id FROM settlement WHERE source = ? AND business_date = ?',
    [source, businessDate],
  );
  if (!row) throw new Error(`the settlement ${subjectId} was drafted and is not there`);
  const id = row.settlement_id;
  await writeLines(statements, id, figures);
  await writeHeld(statements, id, figures);
  await takeUp(statements, id, figures);
  await writeCharges(statements, id, subjectId, figures, contracts);
  await insertAll(
    statements,
    'settlement_fee (settlement_id, channel_id, own_fee, taxed_fee)',
    [...figures.channels].map(([channelId, { ownFee, taxedFee }]) => [id, channelId, ownFee, taxedFee]),
  );
  for (const { party, net } of netsOf(figures, contracts)) await writeNet(statements, id, party, net);
}

async function writeLines(statements: Statements, id: string, { entries }: DayFigures): Promise<void> {
  const lines = entries.filter(({ amount }) => amount !== ZERO);
  await insertAll(
    statements,
    'settlement_line (settlement_id, line_no, party_kind, party_id, kind, origin, payments, amount, held_amount)',
    lines.map(({ party, kind, origin, payments, amount }, index) => {
      const isHeld = kind === 'held_back';
      const amounts = isHeld ? [ZERO, amount] : [amount, ZERO];
      return [id, index + 1, party.kind, party.id, kind, origin, payments, ...amounts];
    }),
  );
}

async function writeHeld(statements: Statements, id: string, { day, held }: DayFigures): Promise<void> {
  await insertAll(
    statements,
    'settlement_held (payment_id, leg_no, settlement_id, source, kind, amount, released_in)',
    held.map(({ paymentId, legNo, kind, amount }) => [
      paymentId,
      legNo,
      id,
      day.source,
      kind,
      amount,
      ENDED_AT_ONCE.has(kind) ? id : null,
    ]),
  );
}

/** What is taken up here can be taken up nowhere else. */
async function takeUp(
  statements: Statements,
  id: string,
  { released, changes, items }: DayFigures,
): Promise<void> {
  for (const { paymentId, legNo } of released) {
    const taken = await statements.run(
      'UPDATE settlement_held SET released_in = ? WHERE payment_id = ? AND leg_no = ? AND released_in IS NULL',
      [id, paymentId, legNo],
    );
    if (taken !== 1) throw new TakenByAnother(paymentId);
  }
  for (const { subjectId, kind, lineNo } of changes) {
    const taken = await statements.run(
      'UPDATE clearing_change SET settlement_id = ? WHERE subject_id = ? AND kind = ? AND line_no = ? AND settlement_id IS NULL',
      [id, subjectId, kind, lineNo],
    );
    if (taken !== 1) throw new TakenByAnother(subjectId);
  }
  await insertAll(
    statements,
    'settlement_item (payment_id, subject_id, kind, line_no, participant, settlement_id, amount)',
    items.map(({ paymentId, subjectId, kind, lineNo, participant, amount }) => [
      paymentId,
      subjectId,
      kind,
      lineNo,
      participant,
      id,
      amount,
    ]),
  );
}

async function writeCharges(
  statements: Statements,
  id: string,
  subjectId: string,
  { channels }: DayFigures,
  contracts: SettlementContracts,
): Promise<void> {
  const postpaid = [...channels].filter(
    ([channelId, { charge, commission }]) =>
      contracts.modeOf(channelId) === 'postpaid' && (charge !== ZERO || commission !== ZERO),
  );
  await insertAll(
    statements,
    'settlement_charge (settlement_id, channel_id, subject_id, charge, commission)',
    postpaid.map(([channelId, { charge, commission }], index) => [
      id,
      channelId,
      `${subjectId}-${index + 1}`,
      charge,
      commission,
    ]),
  );
}

function netsOf(
  { billers, channels }: DayFigures,
  contracts: SettlementContracts,
): { party: Party; net: Rupiah }[] {
  // What cancels out still moves: a sale that is paid with the day that takes back the claim for it is owed nothing more.
  const ofBillers = [...billers]
    .filter(([, parts]) => Object.values(parts).some((amount) => amount !== ZERO))
    .map(([id, { clearing, rounding, disputed }]) => ({
      party: { kind: 'biller' as const, id },
      net: sum([clearing, rounding, disputed]),
    }));
  const ofChannels = [...channels]
    .filter(([id, { commission }]) => contracts.modeOf(id) === 'deposit' && commission !== ZERO)
    .map(([id, { commission }]) => ({ party: { kind: 'channel' as const, id }, net: commission }));
  return [...ofBillers, ...ofChannels];
}

async function writeNet(statements: Statements, id: string, party: Party, net: Rupiah): Promise<void> {
  const [last] = await statements.rows<{ seq: number; net: string; carried_in: string; pay: string }>(
    'SELECT seq, net, carried_in, pay FROM settlement_net WHERE party_kind = ? AND party_id = ? ORDER BY seq DESC LIMIT 1',
    [party.kind, party.id],
  );
  const carriedIn = last ? BigInt(last.net) + BigInt(last.carried_in) - BigInt(last.pay) : 0n;
  const due = carriedIn + net;
  await statements.run(
    'INSERT INTO settlement_net (party_kind, party_id, seq, settlement_id, net, carried_in, pay) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [party.kind, party.id, (last?.seq ?? 0) + 1, id, net, rupiah(carriedIn), rupiah(due > 0n ? due : 0n)],
  );
}

async function insertAll(statements: Statements, into: string, rows: SqlValue[][]): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    await statements.run(`INSERT INTO ${into} VALUES ?`, [rows.slice(at, at + ROWS_AT_ONCE)]);
}
