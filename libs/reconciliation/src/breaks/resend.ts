import type { Statements } from '#lib/platform';
import { resendRow, type WaitingResend } from '#lib/switching';
import { listBreaks, type Break } from './break';
import { moveBreak } from './break-moves';
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
    const isMoved = await database.transaction(async (statements) => {
      const [one] = await listBreaks(statements, { ids: [break_id], forUpdate: true, rowsMax: 1 });
      if (one?.state !== 'resolved' || one.resolution !== 'resend') return false;
      return moveBreak(statements, one, { event: 'reopened', by: 'the biller', at: clock.now(), reason });
    });
    if (isMoved) opened += 1;
  }
  return opened;
}
