import type { Statements } from '#lib/platform';
import { resendRow, type WaitingResend } from '#lib/switching';
import { listBreaks, type Break } from './break';
import { moveBreak, type BreakMove } from './break-moves';
import type { BreakDesk, ResendRefusal } from './desk';

/** Why the payment of a break is not sent again; undefined where it may be. */
export async function objectionToSendAgain(
  desk: BreakDesk,
  { source, businessDate, paymentId, legNo }: Break,
): Promise<ResendRefusal | undefined> {
  if (!desk.termsOf(source, businessDate).mayResend) return { kind: 'not in contract' };
  if (paymentId === null) return { kind: 'payment unknown' };
  return desk.objectionToResend({ paymentId, legNo: legNo ?? 1 });
}

/** The order to send the payment of a break again, by the line of its history that ends it. */
export function resendOfBreak(one: Break, by: string, at: Date): ReturnType<typeof resendRow> {
  const { breakId, lastEventNo, paymentId, legNo } = one;
  if (paymentId === null) throw new Error(`${breakId} is about no payment of ours`);
  return resendRow({ resendId: `${breakId}-${lastEventNo + 1}`, paymentId, legNo: legNo ?? 1, by, at });
}

/** The leg that an answer to a break is about: where its payment was sent again because of it, the further one. */
export async function legOfAnswer(
  statements: Statements,
  { breakId, paymentId, legNo }: Break,
): Promise<number> {
  const [sent] = await statements.rows<{ leg_no: number }>(
    "SELECT leg_no FROM resend WHERE payment_id = ? AND state = 'SENT' AND resend_id LIKE CONCAT(?, '-%')",
    [paymentId, breakId],
  );
  return sent ? sent.leg_no + 1 : (legNo ?? 1);
}

/** The end of a break that an order rests on, as it stands now: undefined while it stands. */
export async function endOfResend(
  statements: Statements,
  { resendId }: Pick<WaitingResend, 'resendId'>,
): Promise<string | undefined> {
  const [breakId = '', eventNo] = resendId.split('-');
  const [one] = await listBreaks(statements, { ids: [breakId], rowsMax: 1 });
  const stands =
    one?.state === 'resolved' && one.resolution === 'resend' && String(one.lastEventNo) === eventNo;
  return stands ? undefined : `${breakId} was opened again`;
}

/**
 * Opens breaks again whose payment was to be sent again and was not taken: the order was refused, or the biller has
 * declined the further leg. People give the money back. Safe to repeat.
 * @returns how many were opened.
 */
export async function reopenUnserved({
  database,
  clock,
}: Pick<BreakDesk, 'database' | 'clock'>): Promise<number> {
  const rows = await database.rows<{ break_id: string; state: string; last_said: string | null }>(
    `SELECT c.break_id, r.state, r.last_said FROM resend r JOIN payment p ON p.payment_id = r.payment_id
       JOIN break_case c ON c.payment_id = r.payment_id AND c.state = 'resolved' AND c.resolution = 'resend'
         AND r.resend_id = CAST(CONCAT(c.break_id, '-', c.last_event_no) AS CHAR(40) CHARACTER SET ascii) COLLATE ascii_bin
     WHERE r.state = 'REFUSED' OR (r.state = 'SENT' AND p.state = 'UNSERVED')`,
  );
  let opened = 0;
  for (const { break_id, state, last_said } of rows) {
    const reason =
      state === 'REFUSED'
        ? `not sent again: ${last_said ?? 'refused'}`
        : 'sent again, and surely not paid: give the money back with --resolution reversal';
    const isOpened = await moveOne(database, break_id, (one) =>
      one.state === 'resolved' && one.resolution === 'resend'
        ? { event: 'reopened', by: 'the biller', at: clock.now(), reason }
        : undefined,
    );
    if (isOpened) opened += 1;
  }
  return opened;
}

/**
 * Ends the breaks that were opened again because a further leg was refused, once people have found that its biller has it
 * after all and the payment is PAID. Safe to repeat; one that people have opened again since is left to them.
 * @returns how many were ended.
 */
export async function endServed({ database, clock }: Pick<BreakDesk, 'database' | 'clock'>): Promise<number> {
  const rows = await database.rows<{ break_id: string; leg_reference: string }>(
    `SELECT c.break_id, l.leg_reference FROM resend r JOIN payment p ON p.payment_id = r.payment_id AND p.leg_no = r.leg_no + 1
       JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = p.leg_no
       JOIN payment_event e ON e.payment_id = p.payment_id AND e.event_no = p.last_event_no
       JOIN break_case c ON c.payment_id = r.payment_id AND r.resend_id LIKE CONCAT(c.break_id, '-%')
     WHERE r.state = 'SENT' AND p.state = 'PAID' AND e.from_state = 'UNSERVED' AND c.state IN (?)
       AND e.at > (SELECT MAX(b.at) FROM break_event b WHERE b.break_id = c.break_id AND b.event = 'reopened')`,
    [ENDED_WHEN_SERVED],
  );
  let ended = 0;
  for (const { break_id, leg_reference } of rows) {
    const reason = `${leg_reference}, by which it was sent again, is paid after all`;
    const isEnded = await moveOne(database, break_id, (one) =>
      ENDED_WHEN_SERVED.some((state) => state === one.state)
        ? {
            event: 'advice agreed',
            by: 'the biller',
            at: clock.now(),
            reason,
            resolution: 'advice',
            outcome: 'none',
          }
        : undefined,
    );
    if (isEnded) ended += 1;
  }
  return ended;
}

const ENDED_WHEN_SERVED = ['open', 'investigating', 'reopened'];

/** Moves a break as it stands now, unless it needs no move any more. */
async function moveOne(
  database: BreakDesk['database'],
  breakId: string,
  moveOf: (one: Break) => BreakMove | undefined,
): Promise<boolean> {
  return database.transaction(async (statements) => {
    const [one] = await listBreaks(statements, { ids: [breakId], forUpdate: true, rowsMax: 1 });
    const move = one && moveOf(one);
    return one !== undefined && move !== undefined && moveBreak(statements, one, move);
  });
}
