import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { IsoMessage } from '#lib/iso8583';
import { customer } from '../../../test/support/h2h-client';
import { BANK_87, BankLine } from '../../../test/support/iso8583-client';
import { freePort } from '../../../test/support/ports';
import { anInstallation, expectSound, type Installation } from '../../../test/support/processes';
import { INSTITUTION_CODES } from '../../../test/support/seed';

const GUIDE = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'connect-iso8583.md'), 'utf8');
const BILL = BANK_87.layout('bill');
const run = promisify(execFile);

let world: Installation;
let folder: string;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guide-'));
  world = await anInstallation();
  port = await freePort();
  await world.startSwitch(undefined, { ISO8583_PORT: String(port) });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.close();
});

async function runNode(customerNumber: string, at = port): Promise<string> {
  const file = join(folder, 'pay.mjs');
  writeFileSync(
    file,
    /\n```js\n([^]*?)\n```/.exec(GUIDE)?.[1] ?? 'throw new Error("the guide has no program")',
  );
  const env = {
    PATH: process.env.PATH ?? '',
    ISO8583_PORT: String(at),
    INSTITUTION_CODE: INSTITUTION_CODES['bank-merdeka'],
    CUSTOMER_NUMBER: customerNumber,
  };
  const { stdout, stderr } = await run(process.execPath, [file], { env }).catch(
    (error: { stderr: string }) => ({
      stdout: '',
      stderr: error.stderr,
    }),
  );
  return stdout + stderr;
}

test('the guide’s program pays a bill', async () => {
  const number = customer('pln-postpaid');
  expect(await runNode(number)).toMatch(/^RRN \d{12}\n.+ owes \d+\nPAID T[0-9A-Z]{11}\n$/);
  expect(await world.truthOf(number)).toHaveLength(1);
});

/** A line to the switch that is cut as soon as the first payment has left over it. */
async function cutLine(): Promise<{ at: number; server: Server }> {
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => undefined);
    far.pipe(near);
    near.on('end', () => far.end());
    near.on('data', (chunk: Buffer) => {
      const isPayment = /^0200.{16}50/.test(chunk.toString('latin1', 2));
      far.write(chunk, () => {
        if (isCut || !isPayment) return;
        isCut = true;
        near.destroy();
        far.end();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { at: (server.address() as AddressInfo).port, server };
}

test('cut off during its payment, the guide’s program finds it by advice on another line', async () => {
  const number = customer('pln-postpaid', '3300');
  const { at, server } = await cutLine();
  expect(await runNode(number, at)).toMatch(/\nPAID T[0-9A-Z]{11}\n$/);
  server.close();
  expect(await world.truthOf(number)).toHaveLength(1);
});

test.each([
  ['1037', /\nNOT PAID 05\n$/],
  ['0014', /Error: inquiry: 14/],
])('ending %s: the guide’s program says so', async (ending, words) => {
  expect(await runNode(customer('pln-postpaid', ending))).toMatch(words);
});

/** The guide's conversation: what it sends and what it shows as the answer. */
function conversation(): [name: string, asked: IsoMessage, shown: IsoMessage][] {
  const block = /```hex\n-> (.+)\n([0-9a-f\n]+)<- .+\n([0-9a-f\n]+)```/g;
  return [...GUIDE.matchAll(block)].map(([, name = '', asked = '', shown = '']) => [
    name,
    read(asked),
    read(shown),
  ]);
}

function read(hex: string): IsoMessage {
  const message = BANK_87.unpack(Buffer.from(hex.replaceAll('\n', ''), 'hex').subarray(2));
  if (!message.ok) throw message.error;
  return message.value;
}

function dataOf({ fields }: IsoMessage): Record<string, string> {
  const data = BILL.read(fields[48] ?? '');
  return (data.ok ? data.value : {}) as Record<string, string>;
}

test('the guide’s conversation goes as it shows: the same fields, the same tags, the same codes', async () => {
  const line = await BankLine.open(port, { signOn: false });
  let offer: { amount: string; inquiryId: string } | undefined;
  for (const [name, asked, shown] of conversation()) {
    const data = dataOf(asked);
    // The offer is today's; all else goes as it is printed.
    const fields = { ...asked.fields };
    if (offer && fields[4] !== undefined) fields[4] = offer.amount;
    if (offer && data['inquiryId'] !== undefined)
      fields[48] = BILL.write({ ...data, inquiryId: offer.inquiryId });
    const { message } = await line.send({ mti: asked.mti, fields });
    const answered = dataOf(message);
    if (name === 'inquiry')
      offer = { amount: message.fields[4] ?? '', inquiryId: answered['inquiryId'] ?? '' };
    expect({ name, mti: message.mti, code: message.fields[39] }).toEqual({
      name,
      mti: shown.mti,
      code: shown.fields[39],
    });
    expect(Object.keys(message.fields)).toEqual(Object.keys(shown.fields));
    expect(Object.keys(answered)).toEqual(Object.keys(dataOf(shown)));
    for (const tag of ['product', 'customerNumber', 'billCount'])
      expect(answered[tag]).toBe(dataOf(shown)[tag]);
  }
  expect(conversation().map(([name]) => name)).toEqual([
    'sign-on',
    'inquiry',
    'payment',
    'advice',
    'reversal',
    'echo',
  ]);
  line.close();
  await expectSound(world);
});
