import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { SystemClock } from '#lib/kernel';
import { Iso8583Link, readSpec, type IsoMessage } from '#lib/iso8583';
import { INSTITUTION_CODES } from './seed';

const ROOT = join(__dirname, '..', '..');
export const BANK_87 = readSpec(join(ROOT, 'config', 'iso8583', 'bank-87.yaml'));
const BILL = BANK_87.layout('bill');

const LIMITS = {
  pendingMax: 200,
  inHandMax: 10,
  frameWithinMs: 5_000,
  echoEveryMs: 60_000,
  echoWithinMs: 5_000,
  unsentMaxBytes: 1_000_000,
  lateKeptMax: 100,
};
/** A bank gives up after this; our own deadline is shorter. */
const PATIENCE_MS = 40_000;

/** The product codes of the profile `bank-87`. */
export const CODES = {
  'pln-postpaid': '053501',
  'pln-prepaid': '053502',
  'pdam-tirta-jaya': '060001',
} as const;
export type BankProduct = keyof typeof CODES;

/** An offer as a bank sees it. */
export interface BankOffer {
  code: string;
  customerNumber: string;
  inquiryId: string;
  /** DE 4 of the answer: what the payment must carry. */
  amount: string;
  rrn: string | undefined;
}

/** What a bank reads of an answer. */
export interface BankAnswer {
  code: string;
  message: IsoMessage;
  /** The private data. */
  data: Record<string, string>;
}

let counted = 0;
/** A STAN no other message of this run has. */
export function nextStan(): string {
  counted += 1;
  return String(counted).padStart(6, '0');
}

/** An RRN no other payment of this run has. */
export function nextRrn(): string {
  return `${String(process.pid % 100_000).padStart(5, '0')}${nextStan()}9`;
}

/** A bank on one line, as the guide describes it. */
export class BankLine {
  private constructor(
    readonly link: Iso8583Link,
    readonly socket: Socket,
    private readonly institution: string,
  ) {}

  /** Connects, and signs on unless told otherwise. */
  static async open(
    port: number,
    { channel = 'bank-merdeka', signOn = true }: { channel?: string; signOn?: boolean } = {},
  ): Promise<BankLine> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return BankLine.over(socket, channel, signOn);
  }

  /** A line over a socket that stands. */
  static async over(socket: Socket, channel: string, signOn = true): Promise<BankLine> {
    const institution = INSTITUTION_CODES[channel] ?? channel;
    const link = new Iso8583Link(
      socket,
      {
        spec: BANK_87,
        limits: LIMITS,
        clock: new SystemClock(),
        identity: { 32: institution },
        needsSignOn: signOn,
      },
      { serve: () => Promise.reject(new Error('a switch asks a bank nothing')) },
    );
    const line = new BankLine(link, socket, institution);
    if (!signOn) return line;
    const signedOn = await link.signOn(5_000);
    if (signedOn.ok) return line;
    link.end('not signed on');
    throw new Error(`sign-on: ${signedOn.error.detail}`);
  }

  close(): void {
    this.link.end('done');
  }

  /** A message with all that every message needs; `undefined` takes a field away. */
  message(mti: string, change: Record<number, string | undefined> = {}): IsoMessage {
    const now = new Date();
    const fields: Record<number, string | undefined> = {
      3: '380000',
      4: '000000000000',
      ...BANK_87.stamps(now),
      11: nextStan(),
      12: '151530',
      13: '0714',
      18: '6011',
      32: this.institution,
      41: 'ATM00001',
      49: '360',
      ...change,
    };
    const present = Object.entries(fields).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return { mti, fields: Object.fromEntries(present) };
  }

  /** Sends a message and reads its answer. @throws where there is none. */
  async send(message: IsoMessage): Promise<BankAnswer> {
    const answer = await this.link.request(message, PATIENCE_MS);
    if (!answer.ok) throw new Error(`${answer.error.kind}: ${answer.error.detail}`);
    const text = answer.value.fields[48];
    const read = text === undefined ? undefined : BILL.read(text);
    return {
      code: answer.value.fields[39] ?? '',
      message: answer.value,
      data: (read?.ok ? read.value : {}) as Record<string, string>,
    };
  }

  /** An inquiry as it is sent. */
  inquiry(
    product: BankProduct,
    customerNumber: string,
    change: Record<number, string | undefined> = {},
  ): IsoMessage {
    const data = BILL.write({ product: CODES[product], customerNumber });
    return this.message('0200', { 48: data, 37: nextRrn(), ...change });
  }

  /** Asks for a bill. @throws unless there is an offer. */
  async offer(
    product: BankProduct,
    customerNumber: string,
    change: Record<number, string | undefined> = {},
  ): Promise<BankOffer> {
    const asked = this.inquiry(product, customerNumber, change);
    const { code, message, data } = await this.send(asked);
    if (code !== '00') throw new Error(`inquiry of ${customerNumber}: ${code}`);
    return {
      code: CODES[product],
      customerNumber,
      inquiryId: data['inquiryId'] ?? '',
      amount: message.fields[4] ?? '',
      rrn: asked.fields[37],
    };
  }

  /** The payment of an offer, as 0200 or as another type that is about the same payment. */
  payment(offer: BankOffer, mti = '0200', change: Record<number, string | undefined> = {}): IsoMessage {
    const { code, customerNumber, inquiryId, amount, rrn } = offer;
    const data = BILL.write({ product: code, customerNumber, inquiryId });
    return this.message(mti, { 3: '500000', 4: amount, 37: rrn, 48: data, ...change });
  }

  /** The reversal of a payment. */
  reversal(original: IsoMessage, mti = '0400', change: Record<number, string | undefined> = {}): IsoMessage {
    const {
      3: processingCode,
      4: amount,
      7: at = '',
      11: stan = '',
      37: rrn,
      41: terminal,
      48: data,
    } = original.fields;
    const named = `0200${stan}${at}${this.institution.padStart(11, '0')}${'0'.repeat(11)}`;
    return this.message(mti, {
      3: processingCode,
      4: amount,
      18: undefined,
      37: rrn,
      41: terminal,
      48: data,
      90: named,
      ...change,
    });
  }
}
