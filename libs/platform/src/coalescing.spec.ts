import { Coalescing } from './coalescing';

/** Questions that are answered when the test says so. */
function aSource() {
  const asked: { keys: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const values = new Map([
    ['a', 1],
    ['b', 2],
  ]);
  const coalescing = new Coalescing<string, number>(
    (keys) =>
      new Promise((resolve, reject) =>
        asked.push({ keys, answer: () => resolve(keys.map((key) => values.get(key))), fail: reject }),
      ),
    3,
  );
  return { asked, coalescing };
}

test('what is asked while a question is on its way goes together into the next, in portions', async () => {
  const { asked, coalescing } = aSource();
  const answers = ['a', 'b', 'none', 'a', 'b'].map((key) => coalescing.ask(key));
  expect(asked.map(({ keys }) => keys)).toEqual([['a']]);
  asked[0]?.answer();
  expect(await answers[0]).toBe(1);
  expect(asked[1]?.keys).toEqual(['b', 'none', 'a']);
  asked[1]?.answer();
  expect(await Promise.all(answers.slice(1, 4))).toEqual([2, undefined, 1]);
  asked[2]?.answer();
  expect(await answers[4]).toBe(2);
});

test('a question that fails fails those who asked it, and no other', async () => {
  const { asked, coalescing } = aSource();
  const [first, second] = [coalescing.ask('a'), coalescing.ask('b')];
  asked[0]?.fail(new Error('away'));
  await expect(first).rejects.toThrow('away');
  asked[1]?.answer();
  expect(await second).toBe(2);
});
