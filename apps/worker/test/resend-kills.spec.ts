import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resendReferenceOf } from '#lib/kernel';
import {
  aDayInstallation,
  killAt,
  struckAt,
  type DayInstallation,
} from '../../../test/support/day-installation';
import { customer, H2hClient, type PaymentBody } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

/** Borders of a payment that is sent again, in their order, and where it must end: null where the bytes may have left. */
const BORDERS = [
  ['K13 resend claimed', 'PAID'],
  ['K13 resend formed', 'UNSERVED'],
  ['K4 before send', 'UNSERVED'],
  ['K4 sent', null],
  ['K13 resend answered', 'PAID'],
  ['K13 resend recorded', 'PAID'],
] as const;

let world: Installation;
let app: RunningApp;
let client: H2hClient;
let day: DayInstallation;
beforeAll(async () => {
  world = await anInstallation();
  day = aDayInstallation(world, ['LPB01'], {}, { billers: ['pln'] });
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
}, 60_000);
afterAll(() => world.close());

/** The billers' memory of what they were paid is gone, as if they had never booked it. */
async function forgetPayments(): Promise<void> {
  writeFileSync(join(world.environment['SIMPUL_HOME'] ?? '', 'simulator', 'truth.jsonl'), '');
  await world.restartSimulator('');
}

/** What two people leave behind who have ordered to send a payment again; it is due when `fall` says so. */
async function order({ paymentId }: PaymentBody): Promise<void> {
  const breakId = `brk_${createHash('sha256').update(paymentId).digest('hex').slice(0, 20)}`;
  const { admin } = world.store;
  const now = new Date();
  await admin.run(
    `INSERT INTO break_case (break_id, source, business_date, kind, match_key, line_key, payment_id, leg_no, amount, run_id,
       run_date, state, last_event_no, owner, due_at, opened_at, resolution, outcome, resolved_at)
     SELECT ?, source, source_business_date, 'only_ours', payment_id, '', payment_id, 1, amount, 1, source_business_date,
       'resolved', 1, 'finance', ?, ?, 'resend', 'none', ? FROM payment_leg WHERE payment_id = ?`,
    [breakId, now, now, now, paymentId],
  );
  await admin.run(
    `INSERT INTO break_event (break_id, event_no, from_state, event, to_state, by_user, at)
     VALUES (?, 1, 'proposed', 'approved', 'resolved', 'budi', ?)`,
    [breakId, now],
  );
  await admin.run(
    `INSERT INTO resend (resend_id, payment_id, leg_no, live, state, next_try_at, ordered_by, ordered_at)
     VALUES (?, ?, 1, 1, 'ORDERED', '2999-01-01', 'ani, budi', ?)`,
    [`${breakId}-1`, paymentId, now],
  );
}

const fall = ({ paymentId }: PaymentBody) =>
  world.store.admin.run('UPDATE resend SET next_try_at = ? WHERE payment_id = ?', [new Date(), paymentId]);

test('a worker killed at every border of a payment that is sent again is followed by one that goes on: it is sent once at most, and the channel hears what it heard', async () => {
  const paid = await Promise.all(
    BORDERS.map(async () => (await client.payFor('pln-postpaid', customer('pln-postpaid'))).body),
  );
  expect(paid.map(({ status }) => status)).toEqual(BORDERS.map(() => 'PAID'));
  const numbers = await world.truth();
  await forgetPayments();
  await Promise.all(paid.map(order));

  for (const [at, [point]] of BORDERS.entries()) {
    await fall(paid[at] as PaymentBody);
    await killAt(day.failPoints, point, () => world.startWorker('', day.settings));
  }
  expect(struckAt(day.failPoints).map(({ point }) => point)).toEqual(BORDERS.map(([point]) => point));
  // By its clock, claims have run out, advice is due and the biller's quiet time is over.
  const worker = await world.startWorker('+3m', day.settings);
  const { database } = world.store;
  await until(
    () =>
      database.rows(
        "SELECT 1 FROM payment p JOIN resend r ON r.payment_id = p.payment_id WHERE p.state = 'RESENT' OR r.state <> 'SENT'",
      ),
    (open) => open.length === 0,
  );
  expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null });

  for (const [at, [point, end]] of BORDERS.entries()) {
    const first = paid[at] as PaymentBody;
    const { paymentId } = first;
    const number = numbers.find(({ legReference }) => legReference === first.legReference)?.customerNumber;
    const legs = await database.rows<{ state: string }>(
      'SELECT state FROM payment_leg WHERE payment_id = ? ORDER BY leg_no',
      [paymentId],
    );
    const states = legs.map(({ state }) => state);
    expect([point, states]).toEqual([point, ['DECLINED', end ?? expect.stringMatching(/^(PAID|UNSERVED)$/)]]);
    const sent = (await world.truthOf(number ?? '')).map(({ legReference }) => legReference);
    expect(sent).toEqual(states[1] === 'PAID' ? [resendReferenceOf(paymentId)] : []);
    const { reissued: _, ...told } = (await client.payment(paymentId)).body as PaymentBody & {
      reissued?: object;
    };
    expect(told).toEqual(first);
  }
  await expectSound(world);
}, 120_000);
