import { codeAt, newSeed, seedAddress, stepOf } from './totp';

/** RFC 6238, appendix B: the seed of its SHA-1 rows; of its codes the last six digits. */
const RFC_SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
])('at second %i the code is that of RFC 6238', async (second, code) => {
  const at = new Date(second * 1000);
  expect(await codeAt(RFC_SEED, at)).toBe(code);
  expect(await stepOf(RFC_SEED, code, at)).toBe(Math.floor(second / 30));
});

test('a code is taken one step early and one step late, and no further', async () => {
  const seed = await newSeed();
  const at = new Date('2026-07-14T05:00:29.999Z');
  const step = Math.floor(at.getTime() / 30_000);
  const codeOf = (steps: number) => codeAt(seed, new Date(at.getTime() + steps * 30_000));
  for (const off of [-1, 0, 1]) expect(await stepOf(seed, await codeOf(off), at)).toBe(step + off);
  for (const off of [-2, 2]) expect(await stepOf(seed, await codeOf(off), at)).toBeUndefined();
});

test('nobody’s code is none', async () => {
  const at = new Date('2026-07-14T05:00:00Z');
  const nobodys = await codeAt('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', at);
  expect(await stepOf(undefined, nobodys, at)).toBeUndefined();
  for (const odd of ['', '12345', '1234567', '12345a', ' 123456', '１２３４５６'])
    expect(await stepOf(RFC_SEED, odd, at)).toBeUndefined();
});

test('a seed has 160 random bits and reads as an authenticator app expects', async () => {
  const seed = await newSeed();
  expect(seed).toMatch(/^[A-Z2-7]{32}$/);
  expect(await newSeed()).not.toBe(seed);
  const address = new URL(await seedAddress(seed, 'ani@simpul.test'));
  expect(address.protocol).toBe('otpauth:');
  expect(Object.fromEntries(address.searchParams)).toMatchObject({ secret: seed, issuer: 'Simpul' });
});
