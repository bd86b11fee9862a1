import { connectorAt, LONG_MS, readJsonCase, readJsonSpec } from '../../test/json-biller';
import { answering, rawBiller } from '../contract/http/raw-biller';
import { changed } from '../contract/http/spoil';

const PLN = 'fixtures/billers/pln';
const deadline = () => new Date(Date.now() + LONG_MS);

test("a biller's words are kept as evidence, without what may be a customer's number or a token", async () => {
  const one = readJsonCase(PLN, 'payment-declined');
  const { leg, answer } = one;
  const message = `Customer ${leg.customerNumber} may not buy token 56030338206374770531 in 2026`;
  const biller = await rawBiller(answering(changed(answer, 'message', message)));
  const connector = connectorAt(biller.url, readJsonSpec('config/billers/pln.yaml'), one);

  const { evidence } = await connector.pay(leg, deadline());

  expect(evidence['message']).toBe(
    `Customer ${'*'.repeat(8)}${leg.customerNumber.slice(-4)} may not buy token ${'*'.repeat(16)}0531 in 2026`,
  );
  await connector.close();
  await biller.close();
});

test('why a bill about another customer is not believed is told without the number', async () => {
  const one = readJsonCase(PLN, 'inquiry-approved');
  const { question, answer } = one;
  const biller = await rawBiller(answering(changed(answer, 'subscriber.idpel', '531100019999')));
  const connector = connectorAt(biller.url, readJsonSpec('config/billers/pln.yaml'), one);

  const bill = await connector.inquire(question, deadline());

  expect(bill).toEqual({
    ok: false,
    error: { code: 'BILLER_UNAVAILABLE', detail: 'pln: subscriber.idpel does not repeat what was sent' },
  });
  await connector.close();
  await biller.close();
});
