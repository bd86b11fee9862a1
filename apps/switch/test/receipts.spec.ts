import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { h2hAnswers } from '#lib/channels';
import { customer, H2hClient, type Answer, type ProblemBody } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { QUICK_START } from '../../../test/support/quick-start';

const CLI = join(__dirname, '..', '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');
const run = promisify(execFile);

let world: Installation;
let app: RunningApp;
let client: H2hClient;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'receipts-'));
  world = await anInstallation();
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
}, 180_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.close();
});

async function paid(product: string, ending?: string): Promise<string> {
  const { body } = await client.payFor(product, customer(product, ending));
  expect(body.status).toBe('PAID');
  return body.paymentId;
}

function receipt(paymentId: string, query = 'format=text32', by = client): Promise<Answer<ProblemBody>> {
  return by.get(`/v1/payments/${paymentId}/receipt?${query}`);
}

const copiesOf = (paymentId: string) =>
  world.store.database.rows<{ copy_no: number; asked_by: string; format: string; language: string }>(
    'SELECT copy_no, asked_by, format, language FROM receipt_copy WHERE payment_id = ? ORDER BY copy_no',
    [paymentId],
  );

test('the first receipt is the original, and each later one is a copy that says so', async () => {
  const paymentId = await paid('pln-postpaid', '0003');
  const first = await receipt(paymentId);
  expect([first.status, first.headers['content-type'], first.headers['receipt-copy']]).toEqual([
    200,
    'text/plain; charset=utf-8',
    '0',
  ]);
  expect(first.text).toMatch(/^STRUK PEMBAYARAN TAGIHAN LISTRIK\n-{32}\nPayment ID {3}: T/);
  expect(first.text.split('\n').every((line) => line.length <= 32)).toBe(true);
  expect(first.text).not.toContain('CETAK ULANG');

  const second = await receipt(paymentId, 'format=text48&language=en');
  expect(second.headers['receipt-copy']).toBe('1');
  expect(second.text).toContain('ELECTRICITY BILL PAYMENT');
  expect(second.text).toContain('CETAK ULANG / REPRINT NO. 1');

  const third = await receipt(paymentId, 'format=json');
  const json = h2hAnswers.ReceiptAnswer.parse(JSON.parse(third.text));
  expect(json).toMatchObject({ paymentId, language: 'id', copy: { no: 2 } });

  const fourth = await receipt(paymentId, 'format=pdf');
  expect(fourth.headers['content-type']).toBe('application/pdf');
  expect(fourth.text).toMatch(/^%PDF-/);
  expect(await copiesOf(paymentId)).toEqual(
    [
      ['text32', 'id'],
      ['text48', 'en'],
      ['json', 'id'],
      ['pdf', 'id'],
    ].map(([format, language], copy_no) => ({
      copy_no,
      asked_by: 'channel:ppob-nusantara',
      format,
      language,
    })),
  );
});

test('of many asked for at one moment one is the original', async () => {
  const paymentId = await paid('pln-prepaid');
  const answers = await Promise.all(Array.from({ length: 6 }, () => receipt(paymentId)));
  const numbers = answers.map(({ headers }) => Number(headers['receipt-copy']));
  expect(numbers.sort((one, other) => one - other)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(answers.filter(({ text }) => !text.includes('CETAK ULANG'))).toHaveLength(1);
  for (const { text } of answers) expect(text).toMatch(/\n {4}\d{4} \d{4} \d{4} \d{4} \d{4}\n/);
});

test('what was handed out stays written down, whoever asks', async () => {
  const paymentId = await paid('pln-postpaid');
  await receipt(paymentId);
  await expect(world.store.database.run('DELETE FROM receipt_copy')).rejects.toThrow(/denied/);
  await expect(world.store.database.run('UPDATE receipt_copy SET copy_no = 9')).rejects.toThrow(/denied/);
});

test.each([
  ['1037', 'DECLINED'],
  ['1039', 'IN_PROGRESS'],
])('ending %s: a payment that is %s has no receipt', async (ending, status) => {
  const { body } = await client.payFor('pln-postpaid', customer('pln-postpaid', ending));
  expect(body.status).toBe(status);
  const refused = await receipt(body.paymentId);
  expect([refused.status, refused.body.code, refused.body.formed]).toEqual([
    422,
    'RECEIPT_NOT_AVAILABLE',
    true,
  ]);
  expect(await copiesOf(body.paymentId)).toEqual([]);
});

test('a payment that was taken back has no receipt any more, nor while it is being taken back', async () => {
  for (const ending of ['0000', '1401']) {
    const paymentId = await paid('pdam-tirta-jaya', ending);
    expect((await receipt(paymentId)).status).toBe(200);
    await client.call('POST', `/v1/payments/${paymentId}/reversal`, { reference: `R${ending}`, reason: 'x' });
    expect((await receipt(paymentId)).body.code).toBe('RECEIPT_NOT_AVAILABLE');
  }
});

test('a receipt of another channel is unknown, and a format that there is not is named', async () => {
  const paymentId = await paid('pln-postpaid');
  const other = new H2hClient(() => app.url, 'warung-kecil');
  expect((await receipt(paymentId, 'format=json', other)).body.code).toBe('PAYMENT_UNKNOWN');
  const wrong = await receipt(paymentId, 'format=docx');
  expect([wrong.status, wrong.body.field]).toEqual([400, 'format']);
  expect(await copiesOf(paymentId)).toEqual([]);
});

test('an operator prints a copy from the command line, and it counts with the others', async () => {
  const paymentId = await paid('pln-postpaid');
  await receipt(paymentId);
  const out = join(folder, 'copy.pdf');
  const printed = await run(
    process.execPath,
    [...QUICK_START, CLI, 'receipt', paymentId, '--format', 'pdf', '--out', out],
    {
      env: world.environment,
    },
  );
  expect(printed.stdout).toContain(`copy 1 of ${paymentId}`);
  expect(readFileSync(out, 'latin1')).toMatch(/^%PDF-/);
  const text = await run(process.execPath, [...QUICK_START, CLI, 'receipt', paymentId], {
    env: world.environment,
  });
  expect(text.stdout).toContain('CETAK ULANG KE-2');
  expect((await copiesOf(paymentId))[1]?.asked_by).toMatch(/^operator:/);
  await expect(
    run(process.execPath, [...QUICK_START, CLI, 'receipt', 'T00000000000'], { env: world.environment }),
  ).rejects.toMatchObject({ code: 1 });
});

test('the books are sound', () => expectSound(world));
