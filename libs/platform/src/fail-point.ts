import { appendFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { isProduction, SettingError } from './environment';

/**
 * The borders between the steps of a payment and of a day's end, in the order they come. A payment, its hold and the
 * intent to send it share one commit here, so `K3` is the moment between that commit and the biller.
 */
export const FAIL_POINTS = [
  'K1 request read',
  'K2 opening commit sent',
  'K3 opened',
  'K4 before send',
  'K4 sent',
  'K5 answered',
  'K6 outcome commit sent',
  'K7 recorded',
  'K8 void decided',
  'K8 void recorded',
  'K8 reversal stored',
  'K8 reversal sent',
  'K9 taken over',
  'K9 advised',
  'K10 batch staged',
  'K11 before step',
  'K11 file written',
  'K11 part sent',
  'K11 file renamed',
  'K11 after step',
  'K12 settlement due',
  'K12 settlement drafted',
  'K12 settlement charged',
  'K12 settlement closed',
  'K12 payouts drafted',
  'K12 channels drafted',
  'K12 payout moved',
  'K12 statement fetched',
  'K12 statement recorded',
  'K12 line due',
  'K12 line booked',
  'K12 report written',
  'K12 report recorded',
  'K13 resend claimed',
  'K13 resend formed',
  'K13 resend answered',
  'K13 resend recorded',
] as const;
export type FailPoint = (typeof FAIL_POINTS)[number];

/** What happens at a point: a signal, to this process unless another is named. */
interface Order {
  signal?: NodeJS.Signals;
  pid?: number;
}

/** The folder with orders to die; undefined in production and wherever nobody asks for it. */
const orders = isProduction() ? undefined : process.env['SIMPUL_FAIL_POINTS'] || undefined;

/** Whether this process was started to be killed. */
export const areFailPointsArmed = orders !== undefined;

/**
 * Marks the border between two steps. Where an order for this point lies in the folder SIMPUL_FAIL_POINTS (a file
 * named after the point, spaces as dashes, holding `{"signal":"SIGKILL","pid":123}`, both optional), the process that
 * takes it away first writes a line to `struck.jsonl`, so that the strike is proved, and sends the signal.
 * Does nothing at all in a process that is not armed.
 * @param subject the payment or the job that is at this step.
 */
export function failPoint(point: FailPoint, subject: string): void {
  if (orders !== undefined) strike(orders, point, subject);
}

/** Marks the moment after what was just handed to the system has left: at the end of this turn of the event loop. */
export function failPointAfterThisTurn(point: FailPoint, subject: string): void {
  if (orders !== undefined) setImmediate(() => failPoint(point, subject));
}

/** @throws SettingError when production is asked to run with fail points or with a deliberate fault. */
export function refuseTestHooks(): void {
  if (!isProduction()) return;
  for (const name of ['SIMPUL_FAIL_POINTS', 'SIMPUL_DELIBERATE_FAULT'])
    if (process.env[name])
      throw new SettingError(`${name} must not be set in production: it exists to break a test build`);
}

function strike(folder: string, point: FailPoint, subject: string): void {
  const order = join(folder, point.replaceAll(' ', '-'));
  const taken = `${order}.${process.pid}`;
  try {
    // Of all who pass at once, one takes the order.
    renameSync(order, taken);
  } catch {
    return;
  }
  const { signal = 'SIGKILL', pid = process.pid } = JSON.parse(readFileSync(taken, 'utf8')) as Order;
  const line = { point, subject, by: process.pid, signal, pid, at: new Date().toISOString() };
  appendFileSync(join(folder, 'struck.jsonl'), `${JSON.stringify(line)}\n`);
  process.kill(pid, signal);
}
