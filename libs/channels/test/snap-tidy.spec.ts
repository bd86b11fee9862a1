import { createHash } from 'node:crypto';
import { tidySnapMemory } from '#lib/snap';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { ExternalIds } from '../src/snap/external-ids';
import { SnapOffers } from '../src/snap/offers';

const LIMITS = { namesKeptDays: 2, offersKeptDays: 7, rowsAtOnceMax: 2 };
const NOW = new Date('2026-07-14T05:00:00Z');

let store: TestDatabase;
beforeAll(async () => {
  store = await aDatabase();
});
afterAll(() => store.drop());

test('names of days gone by and old offers are forgotten, with the rights of the application, and nothing else', async () => {
  const names = new ExternalIds(store.database);
  const use = (businessDate: string, externalId: string) =>
    names
      .of(
        {
          channelId: 'bank-nusa',
          businessDate,
          scope: '24',
          externalId,
          reference: undefined,
          bodyHash: createHash('sha256').update('').digest(),
        },
        NOW,
      )
      .use();
  for (const day of ['2026-07-11', '2026-07-12', '2026-07-13', '2026-07-14'])
    for (const externalId of ['1', '2']) await use(day, externalId);
  const offers = new SnapOffers(store.database);
  const offer = { inquiryId: 'inq_1', productId: 'pln-postpaid', customer: '531100010000' };
  await offers.name('bank-nusa', ['old'], offer, new Date('2026-07-07T04:59:59Z'));
  await offers.name('bank-nusa', ['young'], offer, new Date('2026-07-07T05:00:01Z'));

  while (await tidySnapMemory(store.database, NOW, LIMITS));

  expect(await use('2026-07-12', '1')).toEqual({ kind: 'new' });
  expect((await use('2026-07-13', '1')).kind).toBe('repeated');
  expect((await use('2026-07-14', '2')).kind).toBe('repeated');
  expect(await offers.find('bank-nusa', ['old'])).toBeUndefined();
  expect(await offers.find('bank-nusa', ['young'])).toEqual(offer);
});
