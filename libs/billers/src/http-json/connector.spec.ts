import { readCase } from '../../test/fixtures';
import { changed, connectorAt, LONG_MS } from '../../test/play';
import { answering, rawBiller } from '../../test/raw-biller';
import { readSpec } from '../read-spec';

const PLN = 'fixtures/billers/pln';
const deadline = () => new Date(Date.now() + LONG_MS);

test("a biller's words are kept as evidence, without what may be a customer's number or a token", async () => {
  const { leg, answer, signature } = readCase(PLN, 'payment-declined');
  const message = `Customer ${leg.customerNumber} may not buy token 56030338206374770531 in 2026`;
  const biller = await rawBiller(answering(changed(answer, 'message', message)));
  const connector = connectorAt(biller.url, readSpec('config/billers/pln.yaml'), signature);

  const { evidence } = await connector.pay(leg, deadline());

  expect(evidence['message']).toBe(
    `Customer ${'*'.repeat(8)}${leg.customerNumber.slice(-4)} may not buy token ${'*'.repeat(16)}0531 in 2026`,
  );
  await connector.close();
  await biller.close();
});

test('why a bill about another customer is not believed is told without the number', async () => {
  const { question, answer, signature } = readCase(PLN, 'inquiry-approved');
  const biller = await rawBiller(answering(changed(answer, 'subscriber.idpel', '531100019999')));
  const connector = connectorAt(biller.url, readSpec('config/billers/pln.yaml'), signature);

  const bill = await connector.inquire(question, deadline());

  expect(bill).toEqual({
    ok: false,
    error: { code: 'BILLER_UNAVAILABLE', detail: 'pln: subscriber.idpel does not repeat what was sent' },
  });
  await connector.close();
  await biller.close();
});
