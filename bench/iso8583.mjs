import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildIfStale } from '../scripts/lib/build.mjs';
import { CHECKOUT } from '../scripts/lib/home.mjs';
import { median, rounded } from './lib/figures.mjs';

/** The public package that is measured beside ours; the product does not use it. */
const OTHER = 'iso_8583';
const ROUNDS = 5;

/**
 * The twenty data elements of a payment, as a bank sends it: a new object of new values each time, for both sides.
 * @param {number} n
 */
function fieldsOf(n) {
  return {
    2: '6278901234561234',
    3: '380000',
    4: '000000152500',
    7: '0714081530',
    11: String(100_000 + (n % 900_000)),
    12: '151530',
    13: '0714',
    15: '0715',
    18: '6012',
    22: '021',
    25: '00',
    32: '4510017',
    33: '4510017',
    37: '123456789012',
    41: 'TERM0001',
    42: 'MERCHANT0000001',
    43: 'CABANG SUDIRMAN JAKARTA                 ',
    48: 'PI06053501CN12531100010000',
    49: '360',
    102: '1234567890',
  };
}

/**
 * Packing and unpacking of a 0200 with twenty data elements on one core, ours and a public package by turns.
 * @param {{ seconds: number, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ seconds, signal, log }) {
  await buildIfStale({ log, signal });
  const { readSpec } = await import('#lib/iso8583');
  const spec = readSpec(join(CHECKOUT, 'config', 'iso8583', 'bank-87.yaml'));
  const Other = createRequire(import.meta.url)(OTHER);
  log(`beside ${OTHER}; both build and read whole objects of 20 data elements`);
  const sides = { ours: oursOf(spec), other: theirsOf(Other) };
  const disagreement = disagreementOf(sides);
  /** @type {Record<'packs' | 'unpacks' | 'otherPacks' | 'otherUnpacks', number[]>} */
  const rates = { packs: [], unpacks: [], otherPacks: [], otherUnpacks: [] };
  const slice = Math.max(200, (seconds * 1_000) / (ROUNDS * 4));
  for (const side of Object.values(sides))
    for (const once of [side.pack, side.unpack]) perSecond(once, slice);
  for (let round = 1; round <= ROUNDS; round += 1) {
    signal.throwIfAborted();
    rates.packs.push(perSecond(sides.ours.pack, slice));
    rates.otherPacks.push(perSecond(sides.other.pack, slice));
    rates.unpacks.push(perSecond(sides.ours.unpack, slice));
    rates.otherUnpacks.push(perSecond(sides.other.unpack, slice));
    const last = Object.entries(rates).map(([name, list]) => `${name} ${rounded(list.at(-1) ?? 0, 0)}/s`);
    log(`round ${round}: ${last.join(', ')}`);
  }
  return { ...figuresOf(rates), other: OTHER, disagreement, valid: disagreement === 'none' };
}

/** @param {Record<'packs' | 'unpacks' | 'otherPacks' | 'otherUnpacks', number[]>} rates */
function figuresOf(rates) {
  const [packs, unpacks] = [median(rates.packs), median(rates.unpacks)];
  const [otherPacks, otherUnpacks] = [median(rates.otherPacks), median(rates.otherUnpacks)];
  const both = (1 / otherPacks + 1 / otherUnpacks) / (1 / packs + 1 / unpacks);
  return {
    packsPerSecond: rounded(packs, 0),
    unpacksPerSecond: rounded(unpacks, 0),
    limitPacksPerSecond: rounded(otherPacks, 0),
    limitUnpacksPerSecond: rounded(otherUnpacks, 0),
    ratioPack: rounded(packs / otherPacks),
    ratioUnpack: rounded(unpacks / otherUnpacks),
    ratio: rounded(both),
    reached: {
      packsPerSecond: packs >= 150_000,
      unpacksPerSecond: unpacks >= 150_000,
      ratio: both >= 10,
      ratioAim: both >= 20,
    },
  };
}

/**
 * How often something can be done in a second, measured for so many milliseconds.
 * @param {(n: number) => unknown} once
 * @param {number} ms
 */
function perSecond(once, ms) {
  const from = performance.now();
  let done = 0;
  let now = from;
  for (; now - from < ms; now = performance.now())
    for (let n = 0; n < 500; n += 1) {
      once(done);
      done += 1;
    }
  return done / ((now - from) / 1_000);
}

/** @param {{ pack: (message: any) => Buffer, unpack: (bytes: Buffer) => any }} spec */
function oursOf(spec) {
  const packed = spec.pack({ mti: '0200', fields: fieldsOf(0) });
  return {
    pack: (/** @type {number} */ n) => spec.pack({ mti: '0200', fields: fieldsOf(n) }),
    unpack: () => {
      const read = spec.unpack(packed);
      if (!read.ok) throw read.error;
      return read.value.fields;
    },
  };
}

/** @param {Record<number, string>} fields */
function withMti(fields) {
  fields[0] = '0200';
  return fields;
}

/** @param {any} Other its class */
function theirsOf(Other) {
  const packed = new Other(withMti(fieldsOf(0))).getBufferMessage();
  return {
    pack: (/** @type {number} */ n) => new Other(withMti(fieldsOf(n))).getBufferMessage(),
    unpack: () => new Other().getIsoJSON(packed),
  };
}

/**
 * What is measured must be the same work: each side packs to bytes, and reads its own bytes to the same values.
 * @param {Record<string, { pack: (n: number) => any, unpack: () => any }>} sides
 */
function disagreementOf(sides) {
  for (const [name, side] of Object.entries(sides)) {
    if (!Buffer.isBuffer(side.pack(1))) return `${name} packs to no bytes`;
    const read = side.unpack();
    for (const [number, value] of Object.entries(fieldsOf(0)))
      if (String(read[number]).trimEnd() !== value.trimEnd())
        return `${name} reads DE ${number} as ${read[number]}`;
  }
  return 'none';
}
