import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import fc from 'fast-check';
import { FrameReader, type IsoMessage } from '#lib/iso8583';
import { customer } from '../../../test/support/h2h-client';
import { BankLine, BANK_87, nextStan, type BankAnswer } from '../../../test/support/iso8583-client';
import { freePort } from '../../../test/support/ports';
import { anInstallation, expectSound, until, type Installation } from '../../../test/support/processes';

let world: Installation;
let port: number;
let bank: BankLine;
const sockets = new Set<Socket>();

beforeAll(async () => {
  world = await anInstallation();
  port = await freePort();
  await world.startSwitch(undefined, { ISO8583_PORT: String(port) });
  bank = await BankLine.open(port);
});
afterAll(async () => {
  bank.close();
  for (const socket of sockets) socket.destroy();
  await world.close();
});

/** A line that speaks bytes, signed on as the demo's bank. */
async function rawLine(): Promise<{ socket: Socket; answers: IsoMessage[]; closed: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  sockets.add(socket);
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  const reader = new FrameReader(BANK_87.framing);
  const answers: IsoMessage[] = [];
  socket.on('data', (chunk: Buffer) => {
    for (const bytes of reader.push(chunk).messages) {
      const read = BANK_87.unpack(bytes);
      if (read.ok) answers.push(read.value);
    }
  });
  const signOn = { 7: '0714080000', 11: nextStan(), 32: '4510017', 70: '001' };
  socket.write(BANK_87.packFrame({ mti: '0800', fields: signOn }));
  while (answers.length === 0) await sleep(1);
  answers.length = 0;
  return { socket, answers, closed };
}

async function expectServed(): Promise<void> {
  expect((await bank.send(bank.inquiry('pln-postpaid', customer('pln-postpaid', '0000')))).code).toBe('00');
}

/** A payment that no change of its bytes can make good: its inquiry is not there. */
function hopeless(): Buffer {
  return BANK_87.pack(
    bank.payment({
      code: '053501',
      customerNumber: customer('pln-postpaid', '0000'),
      inquiryId: 'inq_0',
      amount: '000000250000',
      rrn: undefined,
    }),
  );
}

test.each<[string, Buffer]>([
  ['bytes that are no message', BANK_87.framing.wrap(Buffer.from('GET / HTTP/1.1'))],
  ['a length that lies', Buffer.concat([Buffer.from([0xff, 0xff]), Buffer.alloc(100, 48)])],
  ['64 KB at once', Buffer.alloc(65_536, 0x41)],
  ['a message of another version', BANK_87.framing.wrap(Buffer.from(`2200${'0'.repeat(60)}`))],
])('%s end their line and no other', async (_, bytes) => {
  const { socket, closed } = await rawLine();
  socket.write(bytes);
  await closed;
  await expectServed();
});

test('messages that come joined, byte by byte or between heartbeats are each answered', async () => {
  const { socket, answers } = await rawLine();
  const asked = ['0000', '0002', '0014', '0088'].map((ending) =>
    bank.inquiry('pln-postpaid', customer('pln-postpaid', ending)),
  );
  const heartbeat = BANK_87.framing.wrap(Buffer.alloc(0));
  const [first, second, ...others] = asked.map((message) => BANK_87.packFrame(message));
  for (const byte of first ?? []) {
    socket.write(Buffer.from([byte]));
    await sleep(0);
  }
  socket.write(Buffer.concat([heartbeat, second ?? heartbeat, heartbeat, heartbeat, ...others]));
  await until(
    async () => answers.length,
    (count) => count === asked.length,
  );
  const codeOf = (message: IsoMessage | undefined) =>
    answers.find(({ fields }) => fields[11] === message?.fields[11])?.fields[39];
  expect(asked.map(codeOf)).toEqual(['00', '00', '14', '88']);
});

test('a message whose body cannot be read is refused by its STAN, and its line goes on', async () => {
  const { socket, answers } = await rawLine();
  const message = bank.inquiry('pln-postpaid', customer('pln-postpaid', '0000'));
  const spoilt = BANK_87.pack(message).toString('latin1').replace('PI06053501', 'PI06\x00\x01\x02\xff01');
  socket.write(BANK_87.framing.wrap(Buffer.from(spoilt, 'latin1')));
  socket.write(BANK_87.packFrame(bank.inquiry('pln-postpaid', customer('pln-postpaid', '0000'))));
  await until(
    async () => answers.length,
    (count) => count === 2,
  );
  const refused = answers.find(({ fields }) => fields[11] === message.fields[11]);
  expect(refused).toMatchObject({ mti: '0210', fields: { 39: '30' } });
});

test('no bytes at all form a payment, stop the switch or keep others waiting', async () => {
  const sound = hopeless();
  const damaged = fc.sample(
    fc
      .tuple(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(sound.length),
      )
      .map(([changes, end]) => {
        const bytes = Buffer.from(sound);
        for (const [at, byte] of changes) bytes[at] = byte;
        return end % 4 === 0 ? bytes.subarray(0, end) : bytes;
      }),
    { numRuns: 400, seed: 20260714 },
  );
  const codes = new Set<string | undefined>();
  let line = await rawLine();
  for (const bytes of damaged) {
    const stan = nextStan();
    const echo = BANK_87.packFrame({ mti: '0800', fields: { 7: '0714080000', 11: stan, 70: '301' } });
    line.socket.write(Buffer.concat([BANK_87.framing.wrap(bytes), echo]));
    const isEchoed = () => line.answers.some(({ fields }) => fields[11] === stan);
    while (!isEchoed() && !line.socket.closed) await sleep(1);
    const stands = isEchoed();
    for (const { mti, fields } of line.answers) if (mti !== '0810') codes.add(fields[39]);
    line.answers.splice(0, line.answers.length, { mti: '0810', fields: { 11: stan } });
    if (!stands) line = await rawLine();
  }
  expect(codes).not.toContain('00');
  expect(codes).toContain('30');
  const [row] = await world.store.database.rows<{ n: string }>('SELECT COUNT(*) AS n FROM payment');
  expect(Number(row?.n)).toBe(0);
  await expectServed();
});

test('more lines than there is room for are not taken, and those that are stay', async () => {
  const crowd = Array.from({ length: 80 }, () => connect(port, '127.0.0.1'));
  let closed = 0;
  for (const socket of crowd) {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => (closed += 1));
  }
  await until(
    async () => closed,
    (count) => count >= 80 - 64,
  );
  await expectServed();
  // Nor do they keep out who has something to say.
  const late = await BankLine.open(port);
  expect((await late.send(late.inquiry('pln-postpaid', customer('pln-postpaid', '0000')))).code).toBe('00');
  late.close();
  for (const socket of crowd) socket.destroy();
});

test('a bank that asks faster than agreed is told so, and its payments stay free to come again', async () => {
  const [fresh, known] = [customer('pln-postpaid', '0000'), customer('pln-postpaid', '0000')];
  const offers = [await bank.offer('pln-postpaid', fresh), await bank.offer('pln-postpaid', known)];
  const [free, paid] = offers.map((offer) => () => bank.send(bank.payment(offer)));
  if (!free || !paid) throw new Error('there are two offers');
  const { data } = await paid();
  const pace = (most: number | null) =>
    world.store.admin.run('UPDATE channel SET requests_per_second = ? WHERE channel_id = ?', [
      most,
      'bank-merdeka',
    ]);
  await pace(5);
  const storm = async (send: () => Promise<BankAnswer>) => {
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    return new Set(answers.map(({ code }) => code));
  };
  const asked = await until(
    () => storm(() => bank.send(bank.inquiry('pln-postpaid', customer('pln-postpaid', '0014')))),
    (codes) => codes.has('96'),
  );
  expect(asked).toEqual(new Set(['14', '96']));
  // Of the payment that is not there yet some are refused, and perhaps all.
  const formed = await until(
    () => storm(free),
    (codes) => codes.has('96'),
  );
  for (const code of formed) expect(['00', '68', '96']).toContain(code);
  const repeated = await until(
    () => storm(paid),
    (codes) => codes.has('96'),
  );
  for (const code of repeated) expect(['00', '96']).toContain(code);

  await pace(null);
  expect(await until(free, ({ code }) => code === '00')).toMatchObject({ code: '00' });
  expect(await until(paid, ({ code }) => code !== '96')).toMatchObject({ code: '00', data });
  for (const number of [fresh, known]) expect(await world.truthOf(number)).toHaveLength(1);
});

test('a bank is let in from the addresses that were agreed on, and put out when they change', async () => {
  const line = await BankLine.open(port, { channel: 'bank-cerita' });
  const allow = (ips: string) =>
    world.store.admin.run('UPDATE channel SET allowed_ips = ? WHERE channel_id = ?', [ips, 'bank-cerita']);
  await allow('["192.0.2.0/24"]');
  const unknown = () => line.send(line.message('0200', { 48: 'PI06990001CN12531100010000' }));
  await until(unknown, ({ code }) => code === '63');
  await expect(BankLine.open(port, { channel: 'bank-cerita' })).rejects.toThrow('answered 63');
  await allow('["127.0.0.0/8"]');
  await until(unknown, ({ code }) => code === '00');
  line.close();
});

describe('over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simpul-iso8583-tls-'));
  const at = (name: string) => join(folder, name);
  let tlsPort: number;

  beforeAll(async () => {
    for (const name of ['server', 'partner', 'stranger']) makeCertificate(name);
    await world.addCredential('bank-cerita', 'certificateSha256', fingerprintOf('partner'));
    tlsPort = await freePort();
    await world.startSwitch(undefined, {
      ISO8583_PORT: String(tlsPort),
      ISO8583_TLS_CERTIFICATE_FILE: at('server.crt'),
      ISO8583_TLS_KEY_FILE: at('server.key'),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function makeCertificate(name: string): void {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
    const options = ['req', '-x509', ...curve, '-nodes', '-days', '30', ...subject, ...files];
    execFileSync('openssl', options, { stdio: 'ignore' });
  }
  const fingerprintOf = (name: string) => new X509Certificate(readFileSync(at(`${name}.crt`))).fingerprint256;

  async function secureSocket(name?: string): Promise<Socket> {
    const own =
      name === undefined
        ? {}
        : { cert: readFileSync(at(`${name}.crt`)), key: readFileSync(at(`${name}.key`)) };
    const socket = connectTls({
      port: tlsPort,
      host: '127.0.0.1',
      ca: readFileSync(at('server.crt')),
      ...own,
    });
    await once(socket, 'secureConnect');
    return socket;
  }

  test('a line is the partner’s only with the certificate that is pinned to it', async () => {
    const line = await BankLine.over(await secureSocket('partner'), 'bank-cerita');
    expect((await line.send(line.message('0200', { 48: 'PI06990001CN12531100010000' }))).code).toBe('00');
    line.close();
    for (const name of ['stranger', undefined])
      await expect(BankLine.over(await secureSocket(name), 'bank-cerita')).rejects.toThrow('answered 63');
  });

  test('a partner without a pinned certificate needs none; plain bytes are not heard', async () => {
    const line = await BankLine.over(await secureSocket(), 'bank-merdeka');
    expect((await line.send(line.inquiry('pln-postpaid', customer('pln-postpaid', '0000')))).code).toBe('00');
    line.close();
    await expect(BankLine.open(tlsPort)).rejects.toThrow('sign-on: ');
  });
});

test('all of this left the books sound', async () => {
  await expectSound(world);
});
