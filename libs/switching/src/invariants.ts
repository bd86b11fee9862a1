import type { StopScope } from '#lib/kernel';
import type { InvariantVerdict } from '#lib/ledger';
import type { Statements } from '#lib/platform';

/** A payment as a biller's own record shows it. */
export interface BillerTruth {
  biller: string;
  legReference: string;
  amount: string;
  kind: 'paid' | 'reversed';
  /** A `reversed` that no order of ours asked for: the biller cancelled it by itself, and its file says so. */
  isUnasked?: boolean;
}

/** The billers' record around the moment the tables are read, so that running payments raise no false alarm. */
export interface TruthAround {
  /** Read before: whatever was sent by then has its leg in the tables. */
  before: readonly BillerTruth[];
  /** Reads it after: whatever is PAID in the tables is paid there by then. */
  after: () => Promise<readonly BillerTruth[]>;
}

/** A payment is on its way, or on a list with a next step, or final; how long it may be none of these. */
const LISTED_WITHIN_S = 60;

type Finding = Record<string, string | number | null>;

/**
 * The payments' invariants I4 to I9, read from the tables; with a biller's own record also what only it can tell.
 * @param truth what the billers really did, where it can be had (the simulator); undefined otherwise.
 * @param now the time of the installation's clock.
 */
export async function checkPaymentInvariants(
  statements: Statements,
  truth: TruthAround | undefined,
  now: Date,
): Promise<InvariantVerdict[]> {
  const [counts] = await statements.rows<{ payments: string; legs: string }>(
    'SELECT (SELECT COUNT(*) FROM payment) AS payments, (SELECT COUNT(*) FROM payment_leg) AS legs',
  );
  const payments = Number(counts?.payments ?? 0);
  const legs = Number(counts?.legs ?? 0);
  const check = async (id: string, checked: number, questions: Question[], note?: string) =>
    verdict(statements, id, checked, questions, note);
  const books = truth && (await compareWithTruth(statements, truth));
  return [
    await check('I4', payments, [UNIQUE_KEYS, ONE_PAYMENT_PER_REFERENCE]),
    await checkOneSuccess(statements, legs, books?.doubled),
    withFinding(
      await check(
        'I6',
        truth ? truth.before.length : legs,
        [LEG_MISSING, LEG_WITHOUT_REROUTE],
        truth ? undefined : NO_TRUTH,
      ),
      books?.unknown,
    ),
    withFinding(
      await check('I7', payments, [
        PAID_WITHOUT_WORD,
        RESENT_WITHOUT_ORDER,
        DECLINED_WITHOUT_WORD,
        REVERSED_WITHOUT_WORD,
        UNDONE_WITHOUT_ORDER,
        HISTORY_BROKEN,
        HISTORY_JUMPS,
        CAPTURED_FOR_ANOTHER,
      ]),
      books?.untrue,
    ),
    await check('I8', payments, [notListed(now), reversalNotListed(now)]),
    await check('I9', payments, [HELD_SUM, HOLD_NOT_CLOSED_ONCE, GIVEN_BACK_TOO_MUCH]),
  ];
}

const NO_TRUTH =
  'no biller record at hand: checked that every payment has its leg, not what the biller received';

interface Question {
  /** Selects counter-examples only. */
  sql: string;
  values?: (string | number | Date)[];
  says: (row: Finding) => string;
}

/** I5 alone, as far as the tables tell: one success per payment and leg, no biller reference twice. */
export async function checkSuccessesOnce(statements: Statements): Promise<InvariantVerdict> {
  const [counted] = await statements.rows<{ n: string }>('SELECT COUNT(*) AS n FROM payment_leg');
  return checkOneSuccess(statements, Number(counted?.n ?? 0));
}

/** @param doubled what a biller's own record shows as paid twice. */
async function checkOneSuccess(
  statements: Statements,
  legs: number,
  doubled: readonly Doubled[] = [],
): Promise<InvariantVerdict> {
  const questions = [ONE_SUCCESS, ONE_OPEN_LEG, LEG_REFERENCE_ONCE, ONE_REVERSAL, REVERSAL_REFERENCE_ONCE];
  const found = withFinding(await verdict(statements, 'I5', legs, questions), doubled[0]?.finding);
  if (found.ok) return found;
  const billers = await statements.rows<{ biller_id: string }>(
    "SELECT biller_id FROM payment_leg WHERE payment_id IN (SELECT payment_id FROM payment_leg WHERE state = 'PAID' " +
      'GROUP BY payment_id HAVING COUNT(*) > 1) UNION ' +
      'SELECT biller_id FROM payment_leg GROUP BY biller_id, leg_reference HAVING COUNT(*) > 1',
  );
  const ids = [...billers.map(({ biller_id }) => biller_id), ...doubled.map(({ billerId }) => billerId)];
  return { ...found, stops: [...new Set(ids)].map((id): StopScope => `biller:${id}`) };
}

/** A leg that a biller has paid twice. */
interface Doubled {
  billerId: string;
  finding: string;
}

const UNIQUE_KEYS: Question = {
  sql:
    "SELECT wanted.name FROM (SELECT 'payment_channel_reference' AS name UNION SELECT 'payment_inquiry' UNION " +
    "SELECT 'payment_bill_in_payment' UNION SELECT 'resend_one_live' UNION SELECT 'leg_biller_reference' UNION SELECT 'leg_one_live' UNION " +
    "SELECT 'reversal_one_effective' UNION SELECT 'reversal_leg_reference') wanted " +
    'LEFT JOIN information_schema.statistics s ON s.table_schema = DATABASE() AND s.non_unique = 0 ' +
    'AND s.index_name = wanted.name WHERE s.index_name IS NULL',
  says: ({ name }) => `the unique key ${name} is missing`,
};
const ONE_PAYMENT_PER_REFERENCE: Question = {
  sql: 'SELECT channel_id, COUNT(*) AS n FROM payment GROUP BY channel_id, channel_reference HAVING COUNT(*) > 1 LIMIT 1',
  says: ({ channel_id, n }) => `${channel_id} has ${n} payments under one reference`,
};
const ONE_SUCCESS: Question = {
  sql: "SELECT payment_id, COUNT(*) AS n FROM payment_leg WHERE state = 'PAID' GROUP BY payment_id HAVING COUNT(*) > 1 LIMIT 1",
  says: ({ payment_id, n }) => `${payment_id} has ${n} successful legs`,
};
const ONE_OPEN_LEG: Question = {
  sql:
    'SELECT l.payment_id, l.leg_no, l.state, p.leg_no AS last_no FROM payment_leg l ' +
    'JOIN payment p ON p.payment_id = l.payment_id ' +
    "WHERE NOT (l.live <=> IF(l.state = 'DECLINED', NULL, 1)) " +
    "OR l.leg_no > p.leg_no OR (l.leg_no < p.leg_no AND l.state <> 'DECLINED') LIMIT 1",
  says: ({ payment_id, leg_no, state, last_no }) =>
    `leg ${leg_no} of ${payment_id} is ${state}, and leg ${last_no} is the only one that may be open or paid`,
};
const LEG_REFERENCE_ONCE: Question = {
  sql: 'SELECT biller_id, leg_reference FROM payment_leg GROUP BY biller_id, leg_reference HAVING COUNT(*) > 1 LIMIT 1',
  says: ({ biller_id, leg_reference }) => `${biller_id} knows two legs by ${leg_reference}`,
};
const ONE_REVERSAL: Question = {
  sql:
    'SELECT p.payment_id, COUNT(r.payment_id) AS n FROM payment p LEFT JOIN reversal r ' +
    'ON r.effective_payment_id = p.payment_id WHERE p.reversal_ordered = 1 OR r.payment_id IS NOT NULL ' +
    'GROUP BY p.payment_id, p.reversal_ordered HAVING n <> 1 OR p.reversal_ordered <> 1 LIMIT 1',
  says: ({ payment_id, n }) => `${payment_id} has ${n} orders that may reverse it, which its mark denies`,
};
const REVERSAL_REFERENCE_ONCE: Question = {
  sql:
    'SELECT r.payment_id, r.leg_reference FROM reversal r JOIN payment_leg l ON l.biller_id = r.biller_id ' +
    'AND l.leg_reference = r.leg_reference LIMIT 1',
  says: ({ payment_id, leg_reference }) =>
    `the reversal of ${payment_id} goes by the payment ${leg_reference}`,
};
const LEG_MISSING: Question = {
  sql:
    'SELECT p.payment_id FROM payment p LEFT JOIN payment_leg l ON l.payment_id = p.payment_id ' +
    'AND l.leg_no = p.leg_no WHERE l.payment_id IS NULL OR l.biller_id <> p.biller_id LIMIT 1',
  says: ({ payment_id }) => `${payment_id} has no leg at its biller`,
};
const LEG_WITHOUT_REROUTE: Question = {
  sql:
    "SELECT p.payment_id, p.leg_no, SUM(e.event IN ('rerouted', 'sent again')) AS moves FROM payment p " +
    'JOIN payment_event e ON e.payment_id = p.payment_id WHERE p.leg_no > 1 GROUP BY p.payment_id, p.leg_no ' +
    'HAVING moves <> p.leg_no - 1 LIMIT 1',
  says: ({ payment_id, leg_no, moves }) => `${payment_id} has ${leg_no} legs and was rerouted ${moves} times`,
};
const CAPTURED_FOR_ANOTHER: Question = {
  sql:
    'SELECT p.payment_id, p.biller_id, o.account_id FROM payment p JOIN posting o ON o.subject_id = p.payment_id ' +
    "AND o.kind = 'capture' WHERE p.leg_no > 1 AND o.account_id LIKE 'biller:%' " +
    "AND o.account_id NOT LIKE CONCAT('biller:', p.biller_id, ':%') LIMIT 1",
  says: ({ payment_id, biller_id, account_id }) =>
    `${payment_id} was paid by ${biller_id}, and its capture names ${account_id}`,
};
const PAID_WITHOUT_WORD: Question = {
  sql:
    "SELECT p.payment_id FROM payment p LEFT JOIN payment_event e ON e.payment_id = p.payment_id AND e.to_state = 'PAID' " +
    "LEFT JOIN journal j ON j.subject_id = p.payment_id AND j.kind = 'capture' WHERE p.state IN ('PAID', 'RESENT', 'UNSERVED') " +
    "AND (e.payment_id IS NULL OR e.event NOT IN ('biller approved', 'settled as paid') OR j.subject_id IS NULL) LIMIT 1",
  says: ({ payment_id }) => `${payment_id} is charged without the biller's word or without its capture`,
};
const RESENT_WITHOUT_ORDER: Question = {
  sql:
    'SELECT e.payment_id FROM payment_event e LEFT JOIN resend r ON r.payment_id = e.payment_id ' +
    "AND r.state = 'SENT' AND r.live = 1 WHERE e.event = 'sent again' AND r.payment_id IS NULL LIMIT 1",
  says: ({ payment_id }) => `${payment_id} was sent again and nobody had ordered it`,
};
const DECLINED_WITHOUT_WORD: Question = {
  sql:
    'SELECT p.payment_id FROM payment p LEFT JOIN payment_event e ON e.payment_id = p.payment_id ' +
    "AND e.to_state = 'DECLINED' LEFT JOIN journal j ON j.subject_id = p.payment_id AND j.kind = 'void' " +
    "WHERE p.state = 'DECLINED' AND (e.payment_id IS NULL OR j.subject_id IS NULL " +
    "OR e.event NOT IN ('biller declined', 'never sent', 'reversal accepted', 'settled as not paid')) LIMIT 1",
  says: ({ payment_id }) => `${payment_id} is DECLINED without proof or without its void`,
};
const REVERSED_WITHOUT_WORD: Question = {
  sql:
    'SELECT p.payment_id FROM payment p LEFT JOIN payment_event e ON e.payment_id = p.payment_id ' +
    "AND e.to_state = 'REVERSED' AND e.event = 'reversal accepted' LEFT JOIN journal j ON j.subject_id = p.payment_id " +
    "AND j.kind = 'reversal' LEFT JOIN reversal r ON r.effective_payment_id = p.payment_id AND r.state = 'ACCEPTED' " +
    "WHERE p.state = 'REVERSED' AND (e.payment_id IS NULL OR j.subject_id IS NULL OR r.payment_id IS NULL) LIMIT 1",
  says: ({ payment_id }) =>
    `${payment_id} is REVERSED without the biller's word or without its reversal journal`,
};
const UNDONE_WITHOUT_ORDER: Question = {
  sql:
    "SELECT r.payment_id, p.state FROM reversal r JOIN payment p ON p.payment_id = r.payment_id WHERE r.state = 'ACCEPTED' " +
    "AND (r.tries < 1 OR p.state NOT IN ('REVERSED', 'DECLINED')) LIMIT 1",
  says: ({ payment_id, state }) => `the reversal of ${payment_id} is acknowledged and the payment ${state}`,
};
const HISTORY_BROKEN: Question = {
  sql:
    'SELECT p.payment_id FROM payment p JOIN (SELECT payment_id, COUNT(*) AS n, MAX(event_no) AS last_no ' +
    'FROM payment_event GROUP BY payment_id) h ON h.payment_id = p.payment_id JOIN payment_event e ' +
    'ON e.payment_id = p.payment_id AND e.event_no = h.last_no JOIN payment_leg l ON l.payment_id = p.payment_id ' +
    'AND l.leg_no = p.leg_no ' +
    'WHERE h.n <> p.last_event_no OR h.last_no <> p.last_event_no OR e.to_state <> p.state OR l.state <> p.state LIMIT 1',
  says: ({ payment_id }) => `the history of ${payment_id} does not lead to its state`,
};
const HISTORY_JUMPS: Question = {
  sql:
    'SELECT e.payment_id, b.to_state, e.from_state FROM payment_event e JOIN payment_event b ' +
    'ON b.payment_id = e.payment_id AND b.event_no = e.event_no - 1 WHERE e.from_state <> b.to_state LIMIT 1',
  says: ({ payment_id, to_state, from_state }) =>
    `${payment_id} was ${to_state} and was then moved as if it were ${from_state}`,
};
const HELD_SUM: Question = {
  sql:
    'SELECT d.channel_id, d.held, COALESCE(SUM(p.charge), 0) AS open_charge FROM deposit d LEFT JOIN payment p ' +
    "ON p.channel_id = d.channel_id AND p.state NOT IN ('PAID', 'DECLINED', 'REVERSED', 'RESENT', 'UNSERVED') " +
    'GROUP BY d.channel_id, d.held HAVING d.held <> open_charge LIMIT 1',
  says: ({ channel_id, held, open_charge }) =>
    `${channel_id} holds ${held}, its open payments come to ${open_charge}`,
};
const HOLD_NOT_CLOSED_ONCE: Question = {
  sql:
    "SELECT p.payment_id, p.state, SUM(j.kind = 'hold') AS holds, SUM(j.kind IN ('capture', 'void')) AS closings " +
    'FROM payment p LEFT JOIN journal j ON j.subject_id = p.payment_id GROUP BY p.payment_id, p.state ' +
    "HAVING NOT (holds <=> 1 AND closings <=> IF(p.state IN ('PAID', 'DECLINED', 'REVERSED', 'RESENT', 'UNSERVED'), 1, 0)) LIMIT 1",
  says: ({ payment_id, state, holds, closings }) =>
    `${payment_id} is ${state} with ${holds ?? 0} holds and ${closings ?? 0} closings`,
};

const GIVEN_BACK_TOO_MUCH: Question = {
  sql:
    'SELECT p.payment_id, p.state, p.refunded, COALESCE(given.refunds, 0) AS refunds, ' +
    'COALESCE(given.reversals, 0) AS reversals FROM payment p LEFT JOIN ' +
    "(SELECT IF(kind = 'refund', about_subject_id, subject_id) AS payment_id, " +
    "SUM(IF(kind = 'refund', posted_change, 0)) AS refunds, SUM(kind = 'reversal') AS reversals FROM journal " +
    "WHERE kind IN ('refund', 'reversal') GROUP BY 1) given ON given.payment_id = p.payment_id " +
    "WHERE (p.refunded <> 0 OR p.state = 'REVERSED' OR given.payment_id IS NOT NULL) AND NOT (p.refunded = COALESCE(given.refunds, 0) " +
    "AND p.refunded <= p.charge AND COALESCE(given.reversals, 0) = (p.state = 'REVERSED') " +
    "AND (p.refunded = 0 OR p.state = 'PAID')) LIMIT 1",
  says: ({ payment_id, state, refunded, refunds, reversals }) =>
    `${payment_id} is ${state} with ${reversals} reversals and ${refunds} refunded, its row says ${refunded}`,
};

function reversalNotListed(now: Date): Question {
  const overdue = new Date(now.getTime() - LISTED_WITHIN_S * 1_000);
  return {
    sql:
      'SELECT payment_id, state FROM reversal WHERE ' +
      "(state IN ('ORDERED', 'SENT') AND (next_try_at IS NULL OR next_try_at < ?)) " +
      "OR (state NOT IN ('ORDERED', 'SENT') AND next_try_at IS NOT NULL) LIMIT 1",
    values: [overdue],
    says: ({ payment_id, state }) =>
      `the reversal of ${payment_id} is ${state} and nobody is about to send it`,
  };
}

function notListed(now: Date): Question {
  const overdue = new Date(now.getTime() - LISTED_WITHIN_S * 1_000);
  return {
    sql:
      'SELECT payment_id, state FROM payment_leg WHERE ' +
      "(state = 'SENT' AND (next_advice_at IS NULL OR next_advice_at < ?)) " +
      // However many wait for a biller's lane, they are listed; one that nobody will ask about is not.
      "OR (state = 'SUSPECT' AND next_advice_at IS NULL) " +
      "OR (state IN ('PAID', 'DECLINED', 'REVERSED', 'UNSERVED') AND next_advice_at IS NOT NULL) LIMIT 1",
    values: [overdue],
    says: ({ payment_id, state }) => `${payment_id} is ${state} and nobody is about to ask the biller`,
  };
}

async function verdict(
  statements: Statements,
  id: string,
  checked: number,
  questions: Question[],
  note?: string,
): Promise<InvariantVerdict> {
  for (const { sql, values, says } of questions) {
    const [row] = await statements.rows<Finding>(sql, values);
    if (row) return { id, ok: false, checked, firstCounterExample: says(row) };
  }
  return { id, ok: true, checked, firstCounterExample: null, ...(note ? { note } : {}) };
}

function withFinding(found: InvariantVerdict, finding: string | undefined): InvariantVerdict {
  return found.ok && finding !== undefined ? { ...found, ok: false, firstCounterExample: finding } : found;
}

/** By which number its biller has a payment after all whose further leg it has refused. */
const FOUND_AS = `IF(told LIKE '%"isFound":true%', JSON_VALUE(told, '$.legReference'), NULL)`;

/** Lays the billers' own record beside ours. */
async function compareWithTruth(
  statements: Statements,
  truth: TruthAround,
): Promise<{ unknown: string | undefined; doubled: Doubled[]; untrue: string | undefined }> {
  const legs = await statements.rows<{
    biller_id: string;
    leg_reference: string;
    state: string;
    amount: string;
    refused_again: number;
    found_as: string | null;
  }>(
    'SELECT biller_id, leg_reference, state, amount, ' +
      `${FOUND_AS} AS found_as, ` +
      // What was given back because its biller never had it has nothing to undo there.
      "(state = 'REVERSED' AND leg_no > 1 AND EXISTS (SELECT 1 FROM payment_event e WHERE " +
      "e.payment_id = payment_leg.payment_id AND e.to_state = 'UNSERVED')) AS refused_again FROM payment_leg",
  );
  const ours = new Map(legs.map((leg) => [`${leg.biller_id} ${leg.leg_reference}`, leg]));
  for (const leg of legs.filter(({ found_as }) => found_as !== null)) {
    ours.set(`${leg.biller_id} ${leg.found_as}`, leg);
    ours.set(`${leg.biller_id} ${leg.leg_reference}`, { ...leg, state: 'DECLINED' });
  }
  const stranger = truth.before.find(({ biller, legReference }) => !ours.has(`${biller} ${legReference}`));
  const orders = await statements.rows<{ biller_id: string; payment_leg: string; state: string }>(
    `SELECT r.biller_id, COALESCE(${FOUND_AS}, l.leg_reference) AS payment_leg, r.state FROM reversal r JOIN payment p ` +
      'ON p.payment_id = r.payment_id JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = p.leg_no WHERE r.effective_payment_id IS NOT NULL AND r.tries > 0',
  );
  const sent = new Map(orders.map((order) => [`${order.biller_id} ${order.payment_leg}`, order.state]));
  const unordered = truth.before.find(
    ({ biller, legReference, kind, isUnasked }) =>
      kind === 'reversed' && !isUnasked && !sent.has(`${biller} ${legReference}`),
  );
  const theirs = new Map<string, { paid: number; reversed: number; amount: string }>();
  const doubled: Doubled[] = [];
  const twice = (billerId: string, finding: string) => doubled.push({ billerId, finding });
  for (const { biller, legReference, kind, amount } of await truth.after()) {
    const key = `${biller} ${legReference}`;
    const there = theirs.get(key) ?? { paid: 0, reversed: 0, amount };
    there[kind] += 1;
    theirs.set(key, there);
    if (there.paid > 1) twice(biller, `${biller} was paid twice under ${legReference}`);
    if (there.reversed > 1) twice(biller, `${biller} has given ${legReference} back twice`);
  }
  // What is reversed while this reads is still PAID in what was read; only what was reversed before it counts. What a
  // biller cancelled by itself is a break of its file, PAID here until people end it.
  const reversedBefore = new Set(
    truth.before
      .filter(({ kind, isUnasked }) => kind === 'reversed' && !isUnasked)
      .map(({ biller, legReference }) => `${biller} ${legReference}`),
  );
  let untrue: string | undefined;
  for (const [key, { state, amount, refused_again }] of ours) {
    const there = theirs.get(key);
    const stillPaid = there !== undefined && there.paid === there.reversed + 1;
    // The acknowledgement of an order that was sent may have been lost; it is sent again until it is not.
    const isBeingUndone = ['SENT', 'UNRESOLVED'].includes(sent.get(key) ?? '');
    const isPaidThere = there?.paid === 1 && (!reversedBefore.has(key) || isBeingUndone);
    if (state === 'PAID' && !isPaidThere) untrue ??= `${key} is PAID here and not at the biller`;
    if ((state === 'DECLINED' || state === 'UNSERVED') && stillPaid)
      untrue ??= `${key} is ${state} here and paid at the biller`;
    if (state === 'REVERSED' && (stillPaid || (!there && refused_again === 0)))
      untrue ??= `${key} is REVERSED here and not at the biller`;
    if (state === 'PAID' && isPaidThere && there.amount !== amount)
      untrue ??= `${key} is PAID with ${amount} here and ${there.amount} at the biller`;
  }
  return {
    unknown: stranger
      ? `${stranger.biller} was asked for ${stranger.legReference}, of which no leg is committed`
      : unordered &&
        `${unordered.biller} gave ${unordered.legReference} back, which no committed order asked`,
    doubled,
    untrue,
  };
}
