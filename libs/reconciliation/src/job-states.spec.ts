import { JOB_MOVES, nextJobState, type JobEvent, type JobState } from './job-states';

const MOVES = JOB_MOVES.flatMap(([states, event, to]) => states.map((from) => [from, event, to] as const));

/** What no worker decides: a person has to look first. */
const GIVEN_UP: JobEvent = 'retries spent';

test('a state and an event lead to one place', () => {
  const pairs = MOVES.map(([from, event]) => `${from} ${event}`);
  expect(new Set(pairs).size).toBe(pairs.length);
});

test('from everywhere there is a way to an archived day', () => {
  const ends = new Set<JobState>(['archived']);
  for (let before = 0; before < ends.size;) {
    before = ends.size;
    for (const [from, event, to] of MOVES) if (event !== GIVEN_UP && ends.has(to)) ends.add(from);
  }
  expect([...ends].toSorted()).toEqual([...new Set(MOVES.map(([from]) => from))].toSorted());
});

test('a day is matched only by a proven bridge, and only from staged lines', () => {
  expect(MOVES.filter(([, , to]) => to === 'matched')).toEqual([['staged', 'bridge proven', 'matched']]);
});

test('a refused file moves nothing on', () => {
  expect(nextJobState('downloaded', 'gate failed')).toBe('quarantined');
  expect(() => nextJobState('quarantined', 'lines staged')).toThrow('cannot move from quarantined');
});
