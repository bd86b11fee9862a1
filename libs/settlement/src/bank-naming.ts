import {
  putForward,
  userOf,
  weighApproval,
  type ApprovalRefusal,
  type ApprovalTools,
  type Proposed,
  type StandsAlready,
} from '#lib/audit';
import { fail, ok, type Result } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { findBankLine, textOfPlace, WAITING, type BankLine, type LinePlace } from './bank-lines';
import { meaningOfThese } from './bank-many';
import { meaningOf, type Meaning, type Sayer } from './bank-meaning';
import { nameLine, type BankTools } from './bank-work';
import { openProposal } from './open-proposal';

/** Why a person's word about a line has no effect. */
export type NamingRefusal =
  | { kind: 'unknown' }
  /** It needs nobody: this became of it. */
  | { kind: 'worked'; outcome: string | null }
  /** The reference stands for other money, or that money has come, gone or ended otherwise. */
  | { kind: 'differs' }
  | { kind: 'not proposed' }
  | { kind: 'changed meanwhile' }
  /** The deposit is spent faster than it is taken. */
  | { kind: 'insufficient' }
  | StandsAlready
  | { kind: 'approval'; refusal: ApprovalRefusal };

const KIND = 'bank_line';

/**
 * A maker says which announced money or payout a line is that nobody could name, or which payouts it pays or gives back
 * together. Nothing moves before a second person agrees. @throws NoUser.
 */
export async function proposeBankLine(
  { database }: Pick<BankTools, 'database'>,
  order: { place: LinePlace; references: readonly string[]; by: string; reason: string; at: Date },
): Promise<Result<Proposed, NamingRefusal>> {
  const { place, references, by, reason, at } = order;
  const user = userOf(by);
  const found = await nameable(database, place);
  if (!found.ok) return found;
  // Asked as if two people had agreed, so that nobody proposes what cannot happen.
  const meaning = await named(database, found.value, references, { by: user, at, approvalId: '' });
  if (!meaning) return fail({ kind: 'differs' });
  return database.transaction((statements) =>
    putForward(statements, {
      kind: KIND,
      subject: textOfPlace(place),
      payload: payloadOf(found.value, references, meaning),
      by: user,
      reason,
      at,
    }),
  );
}

/** Another person agrees, as it was shown: the money goes from suspense to what the line is, once. @throws NoUser. */
export async function approveBankLine(
  tools: BankTools & ApprovalTools,
  { place, version, by, at }: { place: LinePlace; version: string; by: string; at: Date },
): Promise<Result<BankLine, NamingRefusal>> {
  const { database } = tools;
  const user = userOf(by);
  const found = await nameable(database, place);
  if (!found.ok) return found;
  const approvalId = await openProposal(database, KIND, textOfPlace(place));
  if (approvalId === undefined) return fail({ kind: 'not proposed' });
  const weighed = await weighApproval(database, { approvalId, version, by, at }, tools.approvalLimits);
  if (!weighed.ok) return fail({ kind: 'approval', refusal: weighed.error });
  const { approval, inserts, updates } = weighed.value;
  const references = (approval.payload as { reference: string }).reference.split(' ');
  const meaning = await named(database, found.value, references, { by: user, at, approvalId });
  if (!meaning) return fail({ kind: 'differs' });
  if (JSON.stringify(payloadOf(found.value, references, meaning)) !== JSON.stringify(approval.payload))
    return fail({ kind: 'changed meanwhile' });
  const both = {
    ...meaning,
    inserts: [...meaning.inserts, ...inserts],
    updates: [...meaning.updates, ...updates],
  };
  const reason = `named by ${approval.maker} and ${user}: ${references.join(' ')}`;
  const result = await nameLine(tools, found.value, both, reason, at);
  if (result.kind === 'insufficient') return fail({ kind: 'insufficient' });
  const now = await findBankLine(database, place);
  if (result.kind === 'committed' && now) return ok(now);
  return now && now.outcome !== found.value.outcome
    ? fail({ kind: 'worked', outcome: now.outcome })
    : fail({ kind: 'changed meanwhile' });
}

function named(
  statements: Statements,
  line: BankLine,
  references: readonly string[],
  sayer: Sayer,
): Promise<Meaning | undefined> {
  const [one = '', ...others] = references;
  return others.length === 0
    ? meaningOf(statements, line, one, sayer)
    : meaningOfThese(statements, line, references, sayer);
}

async function nameable(
  database: BankTools['database'],
  place: LinePlace,
): Promise<Result<BankLine, NamingRefusal>> {
  const line = await findBankLine(database, place);
  if (!line) return fail({ kind: 'unknown' });
  const waits = line.outcome !== null && WAITING.includes(line.outcome);
  return waits ? ok(line) : fail({ kind: 'worked', outcome: line.outcome });
}

/** Exactly what is to happen. */
function payloadOf(
  line: BankLine,
  references: readonly string[],
  { outcome, journal, others = [], draws }: Meaning,
): object {
  return {
    line: textOfPlace(line),
    amount: line.amount.toString(),
    // No reference has a blank in it.
    reference: references.join(' '),
    outcome,
    postings: [journal, ...others].flatMap(({ postings }) =>
      postings.map(({ accountId, amount }) => `${accountId} ${amount}`),
    ),
    ...(draws && {
      ifShort: `what the deposit lacks is owed by ${draws.channelId}, and its new payments are stopped`,
    }),
  };
}
