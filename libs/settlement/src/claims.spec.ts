import { aFinding, aLeg } from '../test/legs-and-findings';
import { claimOf, type Claim, type ClaimedLeg } from './claims';
import type { SettleOn } from './contracts';
import type { Finding } from './reconciled';

const PAID = aLeg('A1', 98_000n);
const UNKNOWN = aLeg('A1', 98_000n, 'SUSPECT');
const UNDONE = aLeg('A1', 98_000n, 'REVERSED');

const [THEIRS, AGREED, OURS] = ['their_file', 'agreed', 'ours'] as const;

const differs = aFinding('amount', { ourAmount: 98_000n, theirAmount: 98_500n, theirStatus: 'S' });
const within = aFinding('matched_tol', { ourAmount: 98_000n, theirAmount: 98_050n, theirStatus: 'S' });
const listed = aFinding('status', { ourAmount: 98_000n, theirAmount: 98_000n, theirStatus: 'S' });
const failed = aFinding('status', { ourAmount: 98_000n, theirAmount: 98_000n, theirStatus: 'F' });
const missing = aFinding('only_ours', { ourAmount: 98_000n });
const clearing = aFinding('clearing', { ourAmount: 98_000n });
const doubled = aFinding('duplicate', { ourAmount: 98_000n, theirAmount: 65_000n, theirStatus: 'S' });
const unknown = aFinding('only_theirs', { theirAmount: 65_000n, theirStatus: 'S' });
const unsaid = aFinding('only_theirs', { theirAmount: 65_000n });

const disputed = (amount: bigint): Claim => ({ kind: 'disputed', amount });

type Case = [
  what: string,
  settleOn: SettleOn,
  finding: Finding,
  about: Partial<ClaimedLeg>,
  claim: Claim | undefined,
];

const enters = { leg: PAID, enters: true };
const isOut = { leg: PAID, enters: false };

test.each<Case>([
  ['a difference within tolerance', AGREED, within, enters, { kind: 'rounding', amount: 50n }],
  ['that difference of a sale that stays out', AGREED, within, isOut, undefined],
  ['that difference by our books', OURS, within, enters, undefined],
  ['a difference that was not agreed', AGREED, differs, isOut, undefined],
  ['the same by our books', OURS, differs, enters, undefined],
  ['the same by their file', THEIRS, differs, enters, disputed(500n)],
  ['the same of a sale that stays out', THEIRS, differs, isOut, undefined],
  ['the same once they own to it', THEIRS, differs, { ...enters, ended: { isBooked: false } }, undefined],
  ['the same once it is booked', THEIRS, differs, { ...enters, ended: { isBooked: true } }, disputed(500n)],
  ['a sale without an end that they list', THEIRS, listed, { leg: UNKNOWN }, disputed(98_000n)],
  ['one that was undone since', THEIRS, listed, { leg: UNDONE }, undefined],
  ['one that they call failed', THEIRS, failed, { leg: UNKNOWN }, disputed(0n)],
  ['one that they do not list', THEIRS, missing, isOut, disputed(0n)],
  ['what stands on a clearing account', THEIRS, clearing, enters, undefined],
  ['a doubled line', THEIRS, doubled, enters, disputed(65_000n)],
  ['a line that we do not know', THEIRS, unknown, {}, disputed(65_000n)],
  ['one of a file that states no status', THEIRS, unsaid, {}, disputed(65_000n)],
  ['another word about a sale that we do not have', THEIRS, listed, {}, undefined],
  ['a line that we do not know, by what was agreed', AGREED, unknown, {}, undefined],
])('what a file adds to what is paid: %s, settled by %s', (_, settleOn, finding, about, claim) => {
  const { leg, enters: doesEnter = false, ended } = about;
  expect(claimOf(settleOn, finding, { leg, enters: doesEnter, ended })).toEqual(claim);
});
