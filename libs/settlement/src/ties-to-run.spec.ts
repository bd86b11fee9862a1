import { aFinding, aLeg as leg } from '../test/legs-and-findings';
import { tie } from './ties-to-run';

const AMOUNT = aFinding('amount');

/** 1,000 of the day agree, 20 differ, 300 were carried in, 4 of them differ. */
const BOOKS = {
  groups: [leg('all', 1_020n)],
  ofDay: [leg('differs', 20n)],
  carried: [leg('late', 296n), leg('late and differs', 4n)],
  undone: [],
};
const FINDINGS = new Map([
  ['differs 1', AMOUNT],
  ['late and differs 1', AMOUNT],
  ['undone and differs 1', AMOUNT],
]);

function untied(agreed: bigint, more: Partial<Parameters<typeof tie>[1]> = {}) {
  const day = {
    runId: 1,
    runNo: 1,
    source: 'LPB01',
    businessDate: '2026-07-14',
    remainder: 0n,
    isInWork: false,
  };
  return tie({ ...day, agreed: { count: 1, amount: agreed } }, { ...BOOKS, ...more }, FINDINGS);
}

test('a day ties where its run agreed on what the books have less what differs, to the rupiah', () => {
  expect(untied(1_296n)).toBeUndefined();
  const books = { leastInBooks: 1_296n, mostInBooks: 1_296n };
  expect(untied(1_295n)).toEqual({ agreedInRun: 1_295n, ...books });
  expect(untied(1_297n)).toEqual({ agreedInRun: 1_297n, ...books });
});

test('what was undone since the run may have agreed in it or not, what differed in it may not', () => {
  const undone = [leg('undone', 7n, 'REVERSED'), leg('undone and differs', 50n, 'REVERSED')];
  expect([1_296n, 1_303n].map((agreed) => untied(agreed, { undone }))).toEqual([undefined, undefined]);
  expect([1_295n, 1_304n].map((agreed) => untied(agreed, { undone })?.mostInBooks)).toEqual([1_303n, 1_303n]);
});

test('so may what was carried in and undone since', () => {
  const carried = [...BOOKS.carried, leg('late and undone', 11n, 'REVERSED')];
  expect([1_296n, 1_307n].map((agreed) => untied(agreed, { carried }))).toEqual([undefined, undefined]);
  expect(untied(1_308n, { carried })).toMatchObject({ leastInBooks: 1_296n, mostInBooks: 1_307n });
});
