import { hash } from 'node:crypto';
import { businessDateOf, JAKARTA_MIDNIGHT, rupiah, ZERO, type BusinessDate, type Rupiah } from '#lib/kernel';
import { billerAccounts, channelAccounts } from '#lib/ledger';
import type { Database, Statements } from '#lib/platform';
import type { SettlementContracts } from './contracts';
import { bankDueDate, type BankCalendar } from './due-dates';
import { doubtsBehind, doubtsInWords, type DoubtTools } from './payout-doubts';
import { netsOf } from './settlement-rows';
import type { Party } from './shares';

/** Who moved what nobody ordered by hand. */
export const WORKER = 'worker';

/** What our payouts go by, and no other money of ours: their lines are known by it. */
const NAME = 'STL-';

/** Whether a reference is one of those that payouts go by. */
export function isPayoutName(reference: string): boolean {
  return reference.startsWith(NAME);
}

/** What drafting payouts needs. */
export interface DraftTools {
  database: Database;
  contracts: SettlementContracts;
  reconciled: DoubtTools;
}

/**
 * Drafts what a closed settlement pays out to billers, once for each; above the bank's limit in numbered parts. Where it
 * rests on what was booked for breaks that are open again, its history begins with that.
 * @returns how many instructions were new.
 */
export async function draftPayouts(
  { database, contracts, reconciled }: DraftTools,
  settlementId: string,
  now: Date,
): Promise<number> {
  return database.transaction(async (statements) => {
    const [settlement] = await statements.rows<{
      source: string;
      business_date: BusinessDate;
      due_date: BusinessDate | null;
    }>(
      "SELECT source, business_date, due_date FROM settlement WHERE settlement_id = ? AND state = 'closed'",
      [settlementId],
    );
    if (!settlement) return 0;
    const nets = (await netsOf(statements, settlementId)).filter(({ party }) => party.kind === 'biller');
    let made = 0;
    for (const { party, pay } of nets) {
      const reference = await freeReference(
        statements,
        settlement.source,
        settlement.business_date,
        inParts(pay, contracts.bank.payoutMax).length,
      );
      const claimed = await claimNets(statements, reference, party, [settlementId]);
      if (!claimed || pay === ZERO) continue;
      const doubts = await doubtsBehind(statements, reconciled, { party, partOf: reference });
      made += await insertParts(statements, {
        reference,
        party,
        businessDate: settlement.business_date,
        dueDate: settlement.due_date,
        amount: pay,
        most: contracts.bank.payoutMax,
        now,
        ...(doubts.length > 0 && { note: doubtsInWords(doubts) }),
      });
    }
    return made;
  });
}

/**
 * Drafts what channels are owed by all settlements up to a date (commission that is settled later), one payout for each,
 * due T+n by the bank's days and no earlier than it is drafted.
 * @returns how many instructions were new.
 */
export async function draftChannelPayouts(
  database: Database,
  businessDate: BusinessDate,
  { contracts, calendar }: { contracts: SettlementContracts; calendar: BankCalendar },
  now: Date,
): Promise<number> {
  const today = businessDateOf(now, JAKARTA_MIDNIGHT);
  const dueDate = bankDueDate(calendar, businessDate, contracts.channelsDueDays, today);
  return database.transaction(async (statements) => {
    const owed = await statements.rows<{ party_id: string; settlement_id: string; pay: string }>(
      `SELECT n.party_id, n.settlement_id, n.pay FROM settlement_net n
         JOIN settlement s ON s.settlement_id = n.settlement_id AND s.state = 'closed' AND s.business_date <= ?
       WHERE n.paid_by IS NULL AND n.party_kind = 'channel' ORDER BY n.party_id, n.settlement_id`,
      [businessDate],
    );
    let made = 0;
    for (const channelId of new Set(owed.map(({ party_id }) => party_id))) {
      const party: Party = { kind: 'channel', id: channelId };
      const own = owed.filter(({ party_id }) => party_id === channelId);
      const amount = rupiah(own.reduce((total, { pay }) => total + BigInt(pay), 0n));
      const reference = await freeReference(
        statements,
        contracts.codeOf(channelId),
        businessDate,
        inParts(amount, contracts.bank.payoutMax).length,
      );
      const ids = own.map(({ settlement_id }) => settlement_id);
      if ((await claimNets(statements, reference, party, ids)) && amount > 0n)
        made += await insertParts(statements, {
          reference,
          party,
          businessDate,
          dueDate,
          amount,
          most: contracts.bank.payoutMax,
          now,
        });
    }
    return made;
  });
}

/** Whoever claims a net pays it; of two at one moment one claims all of them and the other none. */
async function claimNets(
  statements: Statements,
  reference: string,
  { kind, id }: Party,
  settlementIds: string[],
): Promise<boolean> {
  const claimed = await statements.run(
    `UPDATE settlement_net SET paid_by = ?
     WHERE party_kind = ? AND party_id = ? AND settlement_id IN (?) AND paid_by IS NULL`,
    [reference, kind, id, settlementIds],
  );
  if (claimed !== 0 && claimed !== settlementIds.length)
    throw new Error(`some of what ${kind} ${id} is owed is being paid by another payout`);
  return claimed > 0;
}

async function insertParts(
  statements: Statements,
  draft: {
    reference: string;
    party: Party;
    businessDate: BusinessDate;
    dueDate: BusinessDate | null;
    amount: Rupiah;
    most: Rupiah;
    now: Date;
    note?: string;
  },
): Promise<number> {
  const amounts = inParts(draft.amount, draft.most);
  for (const [index, amount] of amounts.entries())
    await insertDraft(statements, {
      ...draft,
      reference: amounts.length === 1 ? draft.reference : `${draft.reference}-${index + 1}`,
      partOf: draft.reference,
      part: index + 1,
      attempt: 1,
      amount,
    });
  return amounts.length;
}

/** An amount in parts of at most so much. */
export function inParts(amount: Rupiah, most: Rupiah): Rupiah[] {
  const parts: Rupiah[] = [];
  for (let left: bigint = amount; left > 0n; left -= most) parts.push(rupiah(left > most ? most : left));
  return parts;
}

/** The account that a party is paid from. */
export function accountPaid({ kind, id }: Party): string {
  return kind === 'biller' ? billerAccounts.payable(id) : channelAccounts.commission(id);
}

/** What a bank's statement has room for (SWIFT MT940, field 61, subfield 7). */
const REFERENCE_MAX = 16;

/** `STL-LPB01-0714`; where that is taken, by another year or another party of that code, with its year; then any other. */
async function freeReference(
  statements: Statements,
  code: string,
  businessDate: BusinessDate,
  partsOf: number,
): Promise<string> {
  const [year = '', month = '', day = ''] = businessDate.split('-');
  const suffix = partsOf > 1 ? `-${partsOf}`.length : 0;
  const others = Array.from(
    { length: 20 },
    (_, number) => `${NAME}${mark(`${code} ${businessDate} ${number}`)}`,
  );
  const wanted = [`${NAME}${code}-${month}${day}`, `${NAME}${code}-${year.slice(2)}${month}${day}`];
  for (const reference of [...wanted.filter((one) => one.length + suffix <= REFERENCE_MAX), ...others]) {
    const taken = await statements.rows(
      'SELECT 1 FROM settlement_net WHERE paid_by = ? UNION ALL SELECT 1 FROM payout WHERE part_of = ? OR reference = ? LIMIT 1',
      [reference, reference, reference],
    );
    if (taken.length === 0) return reference;
  }
  throw new Error(`every reference of ${code} on ${businessDate} is taken`);
}

/** A rejected payout's next one: `STL-LPB01-0714R2`, or where that is too long or taken any other. */
export async function freeRedraftReference(
  statements: Statements,
  partOf: string,
  part: number,
  attempt: number,
): Promise<string> {
  const wanted = `${partOf}${part > 1 ? `-${part}` : ''}R${attempt}`;
  const others = Array.from(
    { length: 20 },
    (_, number) => `${NAME}${mark(`${partOf} ${part} ${attempt} ${number}`)}`,
  );
  for (const reference of [wanted, ...others].filter((one) => one.length <= REFERENCE_MAX)) {
    const taken = await statements.rows(
      'SELECT 1 FROM payout WHERE reference = ? OR part_of = ? UNION ALL SELECT 1 FROM settlement_net WHERE paid_by = ? LIMIT 1',
      [reference, reference, reference],
    );
    if (taken.length === 0) return reference;
  }
  throw new Error(`every reference for another ${partOf} is taken`);
}

function mark(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 9).toUpperCase();
}

/** A payout to be written. */
export interface PayoutDraft {
  reference: string;
  partOf: string;
  party: Party;
  businessDate: BusinessDate;
  /** By when the party is to have it; never a day on which the bank rests. */
  dueDate: BusinessDate | null;
  part: number;
  attempt: number;
  amount: Rupiah;
  now: Date;
  by?: string;
  /** What whoever decides about it must know. */
  note?: string;
}

/** Writes a drafted instruction and the first line of its history. */
export async function insertDraft(statements: Statements, draft: PayoutDraft): Promise<void> {
  const { reference, partOf, party, businessDate, dueDate, part, attempt, amount, now } = draft;
  const { by = WORKER, note = null } = draft;
  await statements.run(
    `INSERT INTO payout (reference, part_of, party_kind, party_id, account_id, business_date, part, attempt, amount,
       state, created_at, updated_at, due_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'drafted', ?, ?, ?)`,
    [
      reference,
      partOf,
      party.kind,
      party.id,
      accountPaid(party),
      businessDate,
      part,
      attempt,
      amount,
      now,
      now,
      dueDate,
    ],
  );
  await statements.run(
    "INSERT INTO payout_event (reference, event_no, from_state, to_state, by_user, note, at) VALUES (?, 1, '', 'drafted', ?, ?, ?)",
    [reference, by, note, now],
  );
}
