import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { median, rounded } from './lib/figures.mjs';

const BODY_BYTES = 2_048;
const ROUNDS = 7;

/**
 * What the check of one SNAP request costs (minify, string to sign, decoding, comparison) against the bare SHA-256 and
 * HMAC-SHA512 over the same bytes, a body with white space and one without. Both take turns.
 * @param {{ seconds: number, log: (line: string) => void }} options
 */
export async function measure({ seconds, log }) {
  const { clientSecretKey, isCallSigned, signSymmetric, SigningRules, stringToSign } =
    await import('#lib/snap');
  const rules = SigningRules.parse({});
  const key = clientSecretKey('a secret of this bench');
  const sliceMs = (seconds * 1_000) / (ROUNDS * 4);
  /** @type {Record<string, number>} */
  const figures = {};
  let valid = true;
  for (const [name, indent] of /** @type {const} */ ([
    ['compact', 0],
    ['pretty', 2],
  ])) {
    const call = {
      method: 'POST',
      target: '/openapi/v1.0/transfer-va/payment',
      accessToken: 'x'.repeat(120),
      timestamp: '2026-01-15T08:30:00+07:00',
      body: bodyOf(indent),
    };
    const signature = signSymmetric(stringToSign(call, rules), key);
    valid &&= isCallSigned(call, signature, [key], rules);
    valid &&= !isCallSigned({ ...call, timestamp: '2026-01-15T08:30:01+07:00' }, signature, [key], rules);
    const given = Buffer.from(signature, 'base64');
    const checked = () => isCallSigned(call, signature, [key], rules);
    // The same hash and the same HMAC over the same bytes, and nothing around them.
    const bare = () => {
      const text = `${call.method}:${call.target}:${call.accessToken}:${hash('sha256', call.body)}:${call.timestamp}`;
      return timingSafeEqual(createHmac('sha512', key).update(text).digest(), given);
    };
    microseconds(checked, sliceMs);
    microseconds(bare, sliceMs);
    /** @type {{ checked: number[], bare: number[], ratio: number[] }} */
    const rounds = { checked: [], bare: [], ratio: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      const one = microseconds(checked, sliceMs);
      const limit = microseconds(bare, sliceMs);
      rounds.checked.push(one);
      rounds.bare.push(limit);
      rounds.ratio.push(one / limit);
    }
    figures[`${name}Us`] = rounded(median(rounds.checked), 2);
    figures[`${name}BareUs`] = rounded(median(rounds.bare), 2);
    figures[`${name}Ratio`] = rounded(median(rounds.ratio), 2);
    log(`${name}: ${figures[`${name}Us`]} us a request, bare ${figures[`${name}BareUs`]} us`);
  }
  const ratio = Math.max(figures['compactRatio'] ?? Infinity, figures['prettyRatio'] ?? Infinity);
  return { ...figures, bodyBytes: BODY_BYTES, ratio, reached: { ratio: ratio <= 1.5 }, valid };
}

/**
 * A payment message of exactly 2 KB: as many bills as it takes.
 * @param {number} indent
 */
function bodyOf(indent) {
  const message = (/** @type {number} */ bills, /** @type {string} */ note) =>
    JSON.stringify(
      {
        partnerServiceId: '   88899',
        customerNo: '0812000111',
        virtualAccountNo: '   888990812000111',
        virtualAccountName: 'BUDI SANTOSO',
        paymentRequestId: '202601150830000001',
        paidAmount: { value: '152500.00', currency: 'IDR' },
        billDetails: Array.from({ length: bills }, (_, n) => ({
          billCode: '01',
          billNo: `2026${10 + n}`,
          billDescription: { english: 'Electricity bill', indonesia: 'Tagihan listrik' },
          billAmount: { value: '30500.00', currency: 'IDR' },
        })),
        additionalInfo: { note },
      },
      null,
      indent,
    );
  let bills = 0;
  while (message(bills + 1, '').length <= BODY_BYTES) bills += 1;
  return Buffer.from(message(bills, 'x'.repeat(BODY_BYTES - message(bills, '').length)));
}

/**
 * Microseconds of one call, over so many milliseconds.
 * @param {() => boolean} work
 * @param {number} forMs
 */
function microseconds(work, forMs) {
  const from = performance.now();
  let calls = 0;
  let passed = 0;
  do {
    for (let n = 0; n < 100; n += 1) if (work()) passed += 1;
    calls += 100;
  } while (performance.now() - from < forMs);
  if (passed !== 0 && passed !== calls) throw new Error('a check that sometimes passes');
  return ((performance.now() - from) * 1_000) / calls;
}
