import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** A business date nobody else works: no file of it is owed yet. */
export const SOURCE = 'LPB01';
export const DAY = '2031-01-06';
export const FILE_NAME = 'LPB01_20310106_001.txt';

/** Bills of few fixed amounts: a match by amount alone would be wrong nearly always. */
const AMOUNTS = [20_500, 50_500, 100_500, 200_500, 500_500, 1_000_500];
const HASH_MODULUS = 10_000_000_000;

/**
 * What is planted, and how often in a million rows. Each fault has its own payments.
 * @type {readonly [name: string, perMillion: number][]}
 */
const FAULTS = [
  ['missing', 487],
  ['late', 13],
  ['amount', 250],
  ['reversed', 100],
  ['unknown', 200],
  ['repeated', 100],
  ['posted twice', 100],
  ['split', 100],
  ['blank, known by theirs', 50],
  ['blank, known by nobody', 50],
];
const STRANGERS_PER_MILLION = 200;

/**
 * What is wrong with a payment, by its number; undefined for most.
 * @param {number} rows
 * @returns {(number: number) => string | undefined}
 */
function faultsOf(rows) {
  const planted = FAULTS.flatMap(([name, perMillion]) =>
    Array.from({ length: Math.max(1, Math.round((perMillion * rows) / 1_000_000)) }, () => name),
  );
  const apart = Math.floor(rows / (planted.length + 1));
  return (number) => (number % apart === apart - 1 ? planted[Math.floor(number / apart)] : undefined);
}

const amountOf = (/** @type {number} */ number) => AMOUNTS[(number * 7) % AMOUNTS.length] ?? 0;
const ourRef = (/** @type {number} */ number) => `31${String(number).padStart(14, '0')}`;
const theirRef = (/** @type {number} */ number) => `EB${String(number).padStart(12, '0')}`;

/**
 * Our side in the database: all paid, a second apart in the day, those that come late in its last minutes.
 * @param {import('mysql2/promise').Connection} admin
 * @param {number} rows
 */
export async function plantOurs(admin, rows) {
  const faultOf = faultsOf(rows);
  const late = [];
  for (let number = 0; number < rows; number += 1) if (faultOf(number) === 'late') late.push(number);
  const STEP = 250_000;
  for (let from = 0; from < rows; from += STEP)
    await admin.query(
      `INSERT INTO payment_leg (payment_id, leg_no, biller_id, leg_reference, product_id, customer_number, amount, state,
         biller_reference, source, source_business_date, sent_at)
       SELECT CONCAT('Z', LPAD(n, 11, '0')), 1, 'pln', CONCAT('31', LPAD(n, 14, '0')), 'pln-postpaid', '531100012345',
         ELT(n * 7 % 6 + 1, ${AMOUNTS.join(', ')}), 'PAID', CONCAT('EB', LPAD(n, 12, '0')), ?, ?,
         IF(n IN (?), '2031-01-06 16:20:00', '2031-01-05 17:00:00' + INTERVAL n % 80000 SECOND)
       FROM (SELECT seq - 1 AS n FROM seq_1_to_${rows} WHERE seq BETWEEN ? AND ?) numbers`,
      [SOURCE, DAY, late.length > 0 ? late : [-1], from + 1, Math.min(from + STEP, rows)],
    );
  await admin.query('ANALYZE TABLE payment_leg');
}

/**
 * Their file, shuffled, its control totals right.
 * @param {string} path
 * @param {number} rows
 * @returns {Promise<{ lines: number, expected: Map<string, string[]> }>} by key and line-independent, what must be found
 */
export async function plantTheirs(path, rows) {
  const faultOf = faultsOf(rows);
  /** @type {Map<string, string[]>} */
  const expected = new Map();
  const expect = (/** @type {string} */ key, /** @type {string[]} */ ...kinds) =>
    expected.set(key, [...(expected.get(key) ?? []), ...kinds]);
  const out = createWriteStream(path, { highWaterMark: 1 << 20 });
  let lines = 0;
  let amount = 0;
  let hash = 0;
  let text = 'H|LPB01|SETTLE|20310106|20310106235000|001|2\n';
  const line = (
    /** @type {string} */ our,
    /** @type {string} */ their,
    /** @type {number} */ rupiah,
    status = '00',
  ) => {
    lines += 1;
    if (status === '00') amount += rupiah;
    hash = (hash + 531_100_012_345) % HASH_MODULUS;
    text += `D|${lines}|${our}|${their}|531100012345|${rupiah}|2500|${status}|20310106100000\n`;
  };
  // A step that has no divisor with the number of rows meets each number once, far from the one before.
  let step = Math.floor(rows * 0.6180339887) | 1;
  while (divisor(step, rows) !== 1) step += 2;
  const strangers = Math.max(1, Math.round((STRANGERS_PER_MILLION * rows) / 1_000_000));
  for (let nth = 0; nth < rows; nth += 1) {
    const number = Number((BigInt(nth) * BigInt(step)) % BigInt(rows));
    const [our, their, rupiah] = [ourRef(number), theirRef(number), amountOf(number)];
    switch (faultOf(number)) {
      case 'missing':
        expect(our, 'only_ours');
        break;
      case 'late':
        expect(our, 'late');
        break;
      case 'amount':
        line(our, their, rupiah + 500);
        expect(our, 'amount SS');
        break;
      case 'reversed':
        line(our, their, rupiah);
        line(our, `${their}R`, rupiah, 'RV');
        expect(our, 'status SF');
        break;
      case 'unknown':
        line(our, their, rupiah, '68');
        expect(our, 'status SU');
        break;
      case 'repeated':
        line(our, their, rupiah);
        line(our, their, rupiah);
        expect(our, 'duplicate repeat_line');
        break;
      case 'posted twice':
        line(our, their, rupiah);
        line(our, `${their}B`, rupiah);
        expect(our, 'duplicate double_post');
        break;
      case 'split':
        line(our, their, rupiah - 10_000);
        line(our, `${their}B`, 10_000);
        expect(our, 'amount SS', 'duplicate double_post');
        break;
      case 'blank, known by theirs':
        line('', their, rupiah);
        break;
      case 'blank, known by nobody':
        line('', `X${their}`, rupiah);
        expect('', 'only_theirs');
        expect(our, 'only_ours');
        break;
      default:
        line(our, their, rupiah);
    }
    if (nth < strangers) {
      const stranger = ourRef(rows + nth);
      line(stranger, theirRef(rows + nth), amountOf(nth));
      expect(stranger, 'only_theirs');
    }
    if (text.length > 1 << 20) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  text += `T|${lines}|${amount}|${hash}\n`;
  out.end(text);
  await once(out, 'finish');
  return { lines, expected };
}

/** @param {number} a @param {number} b @returns {number} */
function divisor(a, b) {
  return b === 0 ? a : divisor(b, a % b);
}
