import { setTimeout as sleep } from 'node:timers/promises';
import { lengthBefore, trailer } from '../src/iso/framing';
import { isoAlto } from '../src/iso/alto';
import { packed, unpacked } from '../src/iso/message';
import { isoPln } from '../src/iso/pln';
import { aSimulator, type Simulator } from './a-simulator';
import { kawan, Line, plnSwitch, tagsIn } from './iso-clients';

const Iso8583 = jest.requireActual<new (message: object) => { assembleBitMap(): unknown }>('iso_8583');

let world: Simulator;
beforeEach(async () => {
  world = await aSimulator();
});
afterEach(() => world.close());

const PLN = { 12: '20260714081021', 26: '6012', 32: '4510017', 33: '0001', 41: 'SIMPUL0000000001' };
const signOn = (line: Line) => line.ask('2800', { 12: '20260714081021', 40: '001' });

async function plnLine(): Promise<Line> {
  const line = await Line.open(world.portOf('pln-switch'), 'pln');
  expect((await signOn(line)).fields[39]).toBe('0000');
  return line;
}

test('a postpaid answer has 121 bytes and 112 for each of four bills at most', async () => {
  const line = await plnLine();
  const ask = async (number: string) =>
    (await line.ask('2100', { 2: '99501', ...PLN, 48: `4510017${number}` })).fields[48] ?? '';
  const [one, four] = [await ask('531100010000'), await ask('531100010007')];

  expect(one).toHaveLength(121 + 112);
  expect(one.slice(0, 22)).toBe('4510017531100010000101');
  expect(one.slice(22, 54)).toMatch(/^[0-9a-f]{32}$/);
  expect(one.slice(79, 99)).toBe('53110021123         ');
  expect(one.slice(121, 143)).toBe('2026072007202610072026');
  expect(one.slice(143, 154)).toMatch(/^\d{11}$/);
  expect(one.slice(154, 155)).toBe('D');
  expect(four).toHaveLength(121 + 4 * 112);
  expect(four.slice(19, 22)).toBe('407');
  line.close();
});

test('a token has 144, 50 and 241 bytes, and its parts add up', async () => {
  const client = plnSwitch(world, '99502');
  const shown = await client.inquire!('14270010000');
  expect(shown.offer).toHaveLength(144);
  const { body } = await client.pay({
    number: '14270010000',
    reference: 'P1A2B3C4D5E6',
    offer: shown.offer,
    count: 1,
    amount: 50_000n,
  });
  const text: string = body[48];

  expect(text).toHaveLength(241);
  expect(body[62]).toHaveLength(50);
  // Head 120, receipt 8, tariff 4, power 9, option 1; then a digit before each value.
  const values = [142, 153, 164, 175, 186].map((at) => BigInt(text.slice(at + 1, at + 11)));
  const token = text.slice(221);
  expect(values.reduce((sum, value) => sum + value, 0n) + BigInt(text.slice(198, 210))).toBe(50_000n);
  expect(text.slice(210, 211)).toBe('2');
  expect(token).toMatch(/^\d{20}$/);
});

test('a meter tells what it may take and which tokens were never given out; what one biller gives out the other does not', async () => {
  const line = await plnLine();
  const ask = async (meter: string) => {
    const question = { 2: '99502', ...PLN, 48: `4510017${meter}0000000000000` };
    return (await line.ask('2100', question)).fields;
  };
  const [WITH_UNSOLD, OF_900_VA] = ['14270010003', '14270010006'];
  const before = await ask(WITH_UNSOLD);
  expect(before[62]?.slice(27)).toBe('20000002000000000050000');
  expect((await ask(OF_900_VA))[62]?.slice(22)).toBe(`00648${'0'.repeat(23)}`);

  const client = plnSwitch(world, '99502');
  const buy = async (number: string, amount: bigint, reference: string) => {
    const { offer } = await client.inquire!(number);
    return client.pay({ number, reference, offer, count: 1, amount });
  };
  const { body } = await buy(WITH_UNSOLD, 20_000n, 'UNSOLD000001');
  expect(body[48].slice(141, 142)).toBe('1');
  const { body: asked } = await world.pln('inquiry', { product: 'prepaid', idpel: WITH_UNSOLD, trace: 't' });
  expect(asked['unsold']).toEqual(['50000']);
  expect((await buy(OF_900_VA, 1_000_000n, 'OVERLIMIT001')).code).toBe('0047');
  line.close();
});

test('a registration has 257 bytes, its date at byte 38 and its name at byte 66', async () => {
  const shown = await plnSwitch(world, '99504').inquire!('5311000010000');

  expect(shown.offer).toHaveLength(257);
  expect(shown.offer.slice(0, 13)).toBe('5311000010000');
  expect(shown.offer.slice(38, 46)).toMatch(/^\d\d072026$/);
  expect(shown.offer.slice(66, 91)).toMatch(/^[A-Z]+ [A-Z]+ *$/);
});

test('who has not signed on is told so, and after signing off again', async () => {
  const line = await Line.open(world.portOf('pln-switch'), 'pln');
  const ask = () => line.ask('2100', { 2: '99501', ...PLN, 48: '4510017531100010000' });

  expect((await ask()).fields[39]).toBe('0011');
  await signOn(line);
  expect((await ask()).fields[39]).toBe('0000');
  await line.ask('2800', { 12: '20260714081021', 40: '002' });
  expect((await ask()).fields[39]).toBe('0011');
  line.close();
});

test('many messages travel on one line at once, in pieces too, and each gets its own answer', async () => {
  const line = await plnLine();
  const numbers = Array.from({ length: 40 }, (_, index) => `53110002${String(5_000 + index)}`);

  const ask = (number: string, pieces = 1) =>
    line.ask('2100', { 2: '99501', ...PLN, 48: `4510017${number}` }, pieces);
  const answers = await Promise.all(numbers.map((number) => ask(number)));

  expect(answers.map(({ fields }) => fields[48]?.slice(7, 19))).toEqual(numbers);
  expect((await ask('531100010000', 7)).fields[39]).toBe('0000');
  line.close();
}, 30_000);

test('a slow payment does not hold up those behind it', async () => {
  const client = kawan(world, '070101');
  const order = async (ending: string) => {
    const shown = await client.inquire!(`08120001${ending}`);
    const [bill] = shown.bills;
    return {
      number: `08120001${ending}`,
      reference: `P-${ending}`,
      offer: shown.offer,
      count: 1,
      amount: bill!.amount,
    };
  };
  const [slow, quick] = [await order('3100'), await order('0000')];
  const ended: string[] = [];

  await Promise.all([
    client.pay(slow).then(() => ended.push('slow')),
    client.pay(quick).then(() => ended.push('quick')),
  ]);

  expect(ended).toEqual(['quick', 'slow']);
});

test('a payment is given back once, and a token never', async () => {
  const [postpaid, line] = [plnSwitch(world, '99501'), await plnLine()];
  const shown = await postpaid.inquire!('531100010000');
  const amount = shown.bills[0]!.amount;
  await postpaid.pay({
    number: '531100010000',
    reference: 'P1A2B3C4D5E6',
    offer: shown.offer,
    count: 1,
    amount,
  });
  const text = `${shown.offer.slice(0, 20)}1${shown.offer.slice(20)}`;
  const reverse = (type: string) =>
    line.ask(type, {
      2: '99501',
      4: `3600${String(amount).padStart(12, '0')}`,
      ...PLN,
      15: '20260714',
      37: 'P1A2B3C4D5E6',
      48: text,
      56: '2200',
    });

  expect(await reverse('2400')).toMatchObject({ type: '2410', fields: { 39: '0000' } });
  expect(await reverse('2401')).toMatchObject({ type: '2411', fields: { 39: '0000' } });
  expect((await world.truth()).map(({ kind }) => kind)).toEqual(['paid', 'reversed']);
  line.close();
});

test('the tags of the other host tell what the page says', async () => {
  const client = kawan(world, '060201');
  const shown = await client.inquire!('1234560003');
  const amount = shown.bills.reduce((sum, bill) => sum + bill.amount + bill.penalty, 0n);
  const { body } = await client.pay({
    number: '1234560003',
    reference: 'P1A2B3C4D5E6',
    offer: shown.offer,
    count: 3,
    amount,
  });
  const found = tagsIn(body[48]);

  expect(found).toMatchObject({
    PI: '060201',
    CN: '1234560003',
    C1: 'P1A2B3C4D5E6',
    C2: 'KW26071400000001',
    CO: 'PDAM KAWAN',
    PD: '202605-202607',
    AT: `${String(amount).padStart(10, '0')}00`,
  });
  expect(shown.offer).toMatch(/^[0-9a-f]{24}$/);
  expect(tagsIn(body[57]).R0).toBe('STRUK PEMBAYARAN TAGIHAN');
});

test('a host that refuses takes no line, and takes them again when it is well', async () => {
  const port = world.portOf('kawan');
  await world.post('/behaviour', '{"biller":"kawan","mode":"refusing"}', {});
  await expect(Line.open(port, 'alto')).rejects.toThrow(/ECONNREFUSED/);
  await world.post('/behaviour', '{"biller":"kawan","mode":"well"}', {});
  (await Line.open(port, 'alto')).close();
});

test('noise ends no process, and a frame beyond the bound ends its line', async () => {
  const line = await Line.open(world.portOf('kawan'), 'alto');
  line.write(Buffer.from([0, 5, 1, 2, 3, 4, 5]));
  line.write(Buffer.from([0xff, 0xff, 1]));
  while (!line.isCut) await sleep(5);

  expect((await world.get('/health')).status).toBe(200);
});

test('frames come apart wherever the line cuts them', () => {
  for (const framing of [trailer(0xff, 4_096), lengthBefore(9_999)]) {
    const messages = ['one', 'a second', 'third'].map((text) => Buffer.from(text));
    const stream = Buffer.concat(messages.map((message) => framing.framed(message)));
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const first = framing.split(stream.subarray(0, cut));
      const second = framing.split(Buffer.concat([first!.rest, stream.subarray(cut)]));
      expect([...first!.frames, ...second!.frames].map(String)).toEqual(['one', 'a second', 'third']);
      expect(second!.rest).toHaveLength(0);
    }
  }
  expect(lengthBefore(9_999).split(Buffer.from([0xff, 0xff]))).toBeUndefined();
});

test('what one packer writes another reads', () => {
  const fields = {
    3: '380000',
    4: '000012500000',
    7: '0714011021',
    11: '000001',
    12: '081021',
    13: '0714',
    49: '360',
    70: '301',
  };
  const ours = packed({ type: '0200', fields }, isoAlto.forms);
  const theirs = new Iso8583({ 0: '0200', ...fields });
  const bitmap = theirs.assembleBitMap();

  expect(unpacked(ours, isoAlto.forms)).toEqual({ type: '0200', fields });
  expect(ours.slice(4, 36)).toBe(hexOf(bitmap));
  expect(unpacked(`${ours}0`, isoAlto.forms)).toBeUndefined();
  expect(unpacked(ours.slice(0, -1), isoAlto.forms)).toBeUndefined();
  expect(() => packed({ type: '2100', fields: { 3: '1' } }, isoPln.forms)).toThrow('DE 3');
});

function hexOf(bits: unknown): string {
  const list = bits as (number | string)[];
  return (list.join('').match(/.{4}/g) ?? [])
    .map((four) => Number.parseInt(four, 2).toString(16).toUpperCase())
    .join('');
}
