import { connect, type Socket } from 'node:net';

import type { Simulator } from './a-simulator';
import { type Client, patience, type Told } from './dialect-clients';

/** How one element is written, by the tables of the dialects' pages: a width, or digits of length below nothing. */
type Widths = Readonly<Record<number, number>>;
const PLN: Widths = {
  2: -2,
  4: 16,
  11: 12,
  12: 14,
  15: 8,
  26: 4,
  32: -2,
  33: -2,
  37: 12,
  39: 4,
  40: 3,
  41: 16,
  48: -3,
  56: -2,
  62: -3,
  63: -3,
};
const ALTO: Widths = {
  3: 6,
  4: 12,
  7: 10,
  11: 6,
  12: 6,
  13: 4,
  15: 4,
  18: 4,
  32: -2,
  37: 12,
  39: 2,
  41: 16,
  42: 15,
  43: 40,
  48: -3,
  49: 3,
  57: -3,
  70: 3,
  90: 42,
};

export type Message = { readonly type: string; readonly fields: Record<number, string> };

/** Writes a message as the page says, bit by bit. */
export function written({ type, fields }: Message, widths: Widths): string {
  const numbers = Object.keys(fields)
    .map(Number)
    .sort((one, other) => one - other);
  const bits = Array<string>(numbers.some((number) => number > 64) ? 128 : 64).fill('0');
  if (bits.length === 128) bits[0] = '1';
  for (const number of numbers) bits[number - 1] = '1';
  const hex = (bits.join('').match(/.{4}/g) ?? []).map((four) =>
    Number.parseInt(four, 2).toString(16).toUpperCase(),
  );
  const values = numbers.map((number) => {
    const [width = 0, value = ''] = [widths[number], fields[number]];
    return width < 0 ? String(value.length).padStart(-width, '0') + value : value;
  });
  return type + hex.join('') + values.join('');
}

/** Reads a message as the page says. */
export function read(text: string, widths: Widths): Message {
  const count = Number.parseInt(text.slice(4, 5), 16) >= 8 ? 32 : 16;
  const bits = text
    .slice(4, 4 + count)
    .split('')
    .map((hex) => Number.parseInt(hex, 16).toString(2).padStart(4, '0'))
    .join('');
  const fields: Record<number, string> = {};
  let place = 4 + count;
  for (let number = 2; number <= bits.length; number += 1) {
    if (bits[number - 1] !== '1') continue;
    let width = widths[number] ?? NaN;
    if (width < 0) {
      const digits = -width;
      width = Number(text.slice(place, place + digits));
      place += digits;
    }
    fields[number] = text.slice(place, place + width);
    place += width;
  }
  if (place !== text.length) throw new SyntaxError(`${text.length - place} characters are too many`);
  return { type: text.slice(0, 4), fields };
}

const framings = {
  pln: {
    widths: PLN,
    frame: (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from([0xff])]),
    take: (came: Buffer): [Buffer, Buffer] | undefined => {
      const end = came.indexOf(0xff);
      return end < 0 ? undefined : [came.subarray(0, end), came.subarray(end + 1)];
    },
  },
  alto: {
    widths: ALTO,
    frame: (text: string) =>
      Buffer.concat([Buffer.from([text.length >> 8, text.length & 0xff]), Buffer.from(text, 'latin1')]),
    take: (came: Buffer): [Buffer, Buffer] | undefined => {
      if (came.length < 2) return undefined;
      const end = 2 + came.readUInt16BE(0);
      return came.length < end ? undefined : [came.subarray(2, end), came.subarray(end)];
    },
  },
};
export type Dialect = keyof typeof framings;

/** A line that answers by the STAN; what cannot be read fails the oldest question. */
export class Line {
  private came = Buffer.alloc(0);
  private stan = 0;
  private readonly waiting = new Map<
    string,
    { tell: (message: Message) => void; fail: (error: Error) => void }
  >();

  private constructor(
    private readonly socket: Socket,
    private readonly dialect: Dialect,
  ) {
    socket.on('data', (chunk) => this.hear(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.failAll(new TypeError('the line is cut')));
  }

  static async open(port: number, dialect: Dialect): Promise<Line> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Line(socket, dialect);
  }

  /** Sends a question under the next STAN, in pieces where it is said, and waits for its answer. */
  async ask(type: string, fields: Record<number, string>, pieces = 1): Promise<Message> {
    this.stan += 1;
    const stan = String(this.stan).padStart(this.dialect === 'pln' ? 12 : 6, '0');
    const { frame, widths } = framings[this.dialect];
    const bytes = frame(written({ type, fields: { ...fields, 11: stan } }, widths));
    const answer = new Promise<Message>((tell, fail) => {
      const over = patience.over();
      over.addEventListener('abort', () => fail(over.reason as DOMException));
      this.waiting.set(stan, { tell, fail });
    });
    answer.catch(() => undefined);
    for (let index = 0; index < pieces; index += 1) {
      const edge = (at: number) => Math.floor((bytes.length * at) / pieces);
      this.socket.write(bytes.subarray(edge(index), edge(index + 1)));
      if (pieces > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return answer;
  }

  /** Writes bytes as they are. */
  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroy();
  }

  get isCut(): boolean {
    return this.socket.destroyed;
  }

  private hear(chunk: Buffer): void {
    this.came = Buffer.concat([this.came, chunk]);
    const { take, widths } = framings[this.dialect];
    for (let taken = take(this.came); taken; taken = take(this.came)) {
      const [frame, rest] = taken;
      this.came = Buffer.from(rest);
      const text = frame.toString('latin1');
      if (!/^\d{4}[0-9A-F]{16}/.test(text)) this.failAll(new SyntaxError('noise'));
      else this.tell(read(text, widths));
    }
  }

  private tell(message: Message): void {
    const stan = message.fields[11] ?? '';
    this.waiting.get(stan)?.tell(message);
    this.waiting.delete(stan);
  }

  private failAll(error: Error): void {
    for (const { fail } of this.waiting.values()) fail(error);
    this.waiting.clear();
  }
}

function lines(world: Simulator, biller: string, dialect: Dialect): () => Promise<Line> {
  let line: Promise<Line> | undefined;
  const open = async (): Promise<Line> => {
    const opened = await Line.open(world.portOf(biller), dialect);
    await opened.ask(
      dialect === 'pln' ? '2800' : '0800',
      dialect === 'pln' ? { 12: '20260714081021', 40: '001' } : { 7: '0714011021', 70: '001' },
    );
    return opened;
  };
  return async () => {
    if (!line || (await line).isCut) line = open();
    return line;
  };
}

const failing = (code: string | undefined, broken: string): string => {
  if (code === broken) throw new Error('HTTP 500');
  return code ?? '';
};
const PLN_HEADER = { 12: '20260714081021', 26: '6012', 32: '4510017', 33: '0001', 41: 'SIMPUL0000000001' };

/** The offer of the ISO clients is the whole DE 48 of the inquiry's answer. */
export function plnSwitch(world: Simulator, pan: string): Client {
  const line = lines(world, 'pln-switch', 'pln');
  const question = (number: string): string => {
    if (pan === '99501') return `4510017${number}`;
    return pan === '99502' ? `4510017${number}0000000000000` : number;
  };
  const amountOf = (field: string | undefined) => (field === undefined ? undefined : BigInt(field.slice(4)));
  const told = ({ fields }: Message): Told => ({
    code: failing(fields[39], '0096'),
    amount: amountOf(fields[4]),
    body: fields,
  });
  const order = (offer: string, count: number): string =>
    pan === '99501' && offer.length >= 121 ? offer.slice(0, 20) + String(count) + offer.slice(20) : offer;
  const held = new Map<string, { private: string; amount: bigint }>();
  const filler = (number: string): string => {
    if (pan === '99501') return `4510017${number}1101${'0'.repeat(32)}`.padEnd(122 + 112);
    return pan === '99502'
      ? `4510017${number}0000000000000${'0'.repeat(32)}`.padEnd(144)
      : `${number.padEnd(91)}${'0'.repeat(32)}`.padEnd(257);
  };
  return {
    codes: {
      OK: '0000',
      CUSTOMER_UNKNOWN: '0014',
      ALREADY_PAID: '0088',
      DECLINED: '0005',
      WRONG_AMOUNT: '0013',
      IN_PROCESS: '0068',
      PAYMENT_UNKNOWN: '0063',
      DUPLICATE: '0097',
    },
    inquire: async (number) => {
      const { fields } = await (await line()).ask('2100', { 2: pan, ...PLN_HEADER, 48: question(number) });
      const text = fields[48] ?? '';
      const count = pan === '99501' ? Number(text[19]) : 0;
      const bills = Array.from({ length: count }, (_, index) => {
        const bill = text.slice(121 + 112 * index, 121 + 112 * (index + 1));
        return { amount: BigInt(bill.slice(22, 33)), penalty: BigInt(bill.slice(54, 64)) };
      });
      const registered = pan === '99504' ? [{ amount: BigInt(text.slice(211, 228)), penalty: 0n }] : bills;
      return { code: fields[39] ?? '', offer: text, bills: registered, name: text };
    },
    pay: async ({ number, reference, offer, count, amount }) => {
      const text = offer === 'none' ? filler(number) : order(offer, count);
      held.set(reference, { private: text, amount });
      const answer = await (
        await line()
      ).ask('2200', {
        2: pan,
        4: `3600${String(amount).padStart(12, '0')}`,
        ...PLN_HEADER,
        15: '20260714',
        37: reference.padEnd(12),
        48: text,
      });
      return told(answer);
    },
    advise: async (reference) => {
      const { private: text = '', amount = 0n } = held.get(reference) ?? {};
      const answer = await (
        await line()
      ).ask('2220', {
        2: pan,
        4: `3600${String(amount).padStart(12, '0')}`,
        ...PLN_HEADER,
        15: '20260714',
        37: reference.padEnd(12),
        48: text,
        56: `2200${'0'.repeat(26)}4510017`,
      });
      return told(answer);
    },
  };
}

const ALTO_HEADER = {
  7: '0714011021',
  12: '081021',
  13: '0714',
  18: '6012',
  32: '4510017',
  37: '000000000001',
  41: 'SIMPUL0000000001',
  42: 'SIMPUL         ',
  43: 'JAKARTA'.padEnd(40),
  49: '360',
};

/** Two characters, two digits of length, the value; in the order given. */
export function tags(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([tag, value]) => tag + String(value.length).padStart(2, '0') + value)
    .join('');
}

export function tagsIn(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (let place = 0; place < text.length;) {
    const length = Number(text.slice(place + 2, place + 4));
    found[text.slice(place, place + 2)] = text.slice(place + 4, place + 4 + length);
    place += 4 + length;
  }
  return found;
}

export function kawan(world: Simulator, code: string): Client {
  const line = lines(world, 'kawan', 'alto');
  const amounts = new Map<string, { text: string; amount: bigint }>();
  const told = ({ fields }: Message): Told => ({
    code: failing(fields[39], '96'),
    amount: fields[4] === undefined ? undefined : BigInt(fields[4]) / 100n,
    body: fields,
  });
  return {
    codes: {
      OK: '00',
      CUSTOMER_UNKNOWN: '31',
      ALREADY_PAID: '54',
      DECLINED: '05',
      WRONG_AMOUNT: '13',
      IN_PROCESS: '68',
      PAYMENT_UNKNOWN: '92',
      DUPLICATE: '94',
    },
    inquire: async (number) => {
      const { fields } = await (
        await line()
      ).ask('0200', { 3: '371000', 4: '0'.repeat(12), ...ALTO_HEADER, 48: tags({ PI: code, CN: number }) });
      const found = tagsIn(fields[48] ?? '');
      const bills = Array.from({ length: Number(found.B0 ?? 0) }, (_, index) => {
        const bill = found[`B${index + 1}`] ?? '';
        return { amount: BigInt(bill.slice(14, 26)) / 100n, penalty: BigInt(bill.slice(26, 38)) / 100n };
      });
      return { code: fields[39] ?? '', offer: found.FR ?? '', bills, name: found.NM ?? '' };
    },
    pay: async ({ number, reference, offer, count, amount }) => {
      const text = tags({
        PI: code,
        CN: number,
        C1: reference,
        FR: offer,
        FS: '000001',
        B0: String(count).padStart(2, '0'),
      });
      amounts.set(reference, { text, amount });
      return told(
        await (
          await line()
        ).ask('0200', {
          3: '801000',
          4: String(amount * 100n).padStart(12, '0'),
          ...ALTO_HEADER,
          15: '0714',
          48: text,
        }),
      );
    },
    advise: async (reference) => {
      const { text = '', amount = 0n } = amounts.get(reference) ?? {};
      return told(
        await (
          await line()
        ).ask('0220', {
          3: '801000',
          4: String(amount * 100n).padStart(12, '0'),
          ...ALTO_HEADER,
          15: '0714',
          48: text,
          90: '0200'.padEnd(42, '0'),
        }),
      );
    },
  };
}
