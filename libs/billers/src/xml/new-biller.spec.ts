import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '#lib/kernel';
import { describeBillers } from '../../test/contract';
import { writeBelow, writeFilesOf } from '../../test/guide';
import { BillerRegistry } from '../registry';

/** The page's own example becomes a biller in a folder of its own: nothing but YAML and fixtures makes one. */
const root = mkdtempSync(join(tmpdir(), 'new-xml-biller-'));
const fixtures = join(root, 'fixtures/billers/pajak-kota');
afterAll(() => rmSync(root, { recursive: true }));

interface XmlFixture {
  request: { headers: Record<string, string>; xml: string[] };
  answer: { status?: number; xml: string[] };
  outcome: object;
}

const UNCERTAIN = { kind: 'unknown' };
const UNAVAILABLE = { refusal: 'BILLER_UNAVAILABLE' };

/** The cases that the page does not show: call, case, the answer's code, and what we make of it. */
const OTHER_CASES: [call: 'inquiry' | 'payment' | 'advice', name: string, code: string, outcome: object][] = [
  ['inquiry', 'declined', '05', UNAVAILABLE],
  ['inquiry', 'already-paid', '88', { refusal: 'BILL_ALREADY_PAID' }],
  ['inquiry', 'not-found', '14', { refusal: 'BILL_NOT_FOUND' }],
  ['inquiry', 'in-process', '68', UNAVAILABLE],
  ['payment', 'declined', '05', { kind: 'declined', code: 'DECLINED_BY_BILLER' }],
  ['payment', 'already-paid', '88', { kind: 'declined', code: 'BILL_ALREADY_PAID' }],
  ['payment', 'not-found', '14', { kind: 'declined', code: 'BILL_NOT_FOUND' }],
  ['payment', 'in-process', '68', UNCERTAIN],
  ['advice', 'declined', '05', { kind: 'declined', code: 'DECLINED_BY_BILLER' }],
  ['advice', 'already-paid', '88', UNCERTAIN],
  ['advice', 'not-found', '63', { kind: 'no such payment' }],
  ['advice', 'in-process', '68', UNCERTAIN],
];

const ELEMENTS = { inquiry: 'BillResponse', payment: 'PayResponse', advice: 'StatusResponse' };

writeFilesOf('docs/biller-kinds/xml.md', root);
writeOtherCases();

describeBillers([{ file: join(root, 'config/billers/pajak-kota.yaml'), folder: fixtures }]);

test('the registry finds the new biller by its file', async () => {
  process.env['BILLER_PAJAK_KOTA_URL'] = 'http://127.0.0.1:1';
  const registry = BillerRegistry.load(join(root, 'config/billers'), new SystemClock());
  expect(registry.ids()).toEqual(['pajak-kota']);
  await registry.close();
});

function read(name: string): XmlFixture {
  return JSON.parse(readFileSync(join(fixtures, `${name}.json`), 'utf8')) as XmlFixture;
}

/** Another answer needs no other request; the advice's is the payment's in other words. */
function writeOtherCases(): void {
  const [inquiry, payment] = [read('inquiry-approved'), read('payment-approved')];
  const asAdvice = (line: string) =>
    line
      .replace(/<c:PayRequest>.*<\/c:BillId>/, '<c:StatusRequest>')
      .replace(/<c:Amount>.*<\/c:PayRequest>/, '</c:StatusRequest>')
      .replaceAll('PayResponse', 'StatusResponse');
  const advice: XmlFixture = {
    request: {
      ...payment.request,
      headers: { soapaction: '"urn:pajak-kota#Status"' },
      xml: payment.request.xml.map(asAdvice),
    },
    answer: { xml: payment.answer.xml.map(asAdvice) },
    outcome: payment.outcome,
  };
  const save = (name: string, fixture: object) =>
    writeBelow(root, `fixtures/billers/pajak-kota/${name}.json`, JSON.stringify(fixture));
  save('advice-approved', advice);
  const approved = { inquiry, payment, advice };
  for (const [call, name, code, outcome] of OTHER_CASES) {
    const { request } = approved[call];
    const repeated = call === 'inquiry' ? '' : '<Reference>T0G4M3C6ZK2P</Reference>';
    const said = `<${ELEMENTS[call]}><Code>${code}</Code>${repeated}</${ELEMENTS[call]}>`;
    const fixture = {
      request: { path: '/service', ...request },
      answer: { xml: [enveloped(said)] },
      outcome,
    };
    save(`${call}-${name}`, fixture);
  }
}

function enveloped(body: string): string {
  return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>${body}</e:Body></e:Envelope>`;
}
