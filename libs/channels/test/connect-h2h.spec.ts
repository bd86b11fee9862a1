import { cellsOf, Guide } from '../../../test/support/guide';
import { RESPONSE_CODES } from '#lib/kernel';
import { fieldTable } from '../src/field-table';
import * as answers from '../src/h2h/answers';
import * as requests from '../src/h2h/requests';

const guide = new Guide('connect-h2h.md');

/** The rows of the guide's table of codes, cell by cell. */
function rowsOfCodes(): string[][] {
  const section = guide.text().split('## 7. Codes')[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

test('the guide lists every code as the registry has it', () => {
  const wanted = Object.entries(RESPONSE_CODES).map(([code, { http, final, en }]) => [
    `\`${code}\``,
    String(http),
    final ? 'yes' : 'no',
    en,
  ]);
  expect(rowsOfCodes()).toEqual(wanted);
});

/** The guide's tables of fields, by the name they stand under in it. */
const TABLES = {
  InquiryBody: requests.InquiryBody,
  PaymentBody: requests.PaymentBody,
  DirectPaymentBody: requests.DirectPaymentBody,
  ReversalBody: requests.ReversalBody,
  ReceiptQuery: requests.ReceiptQuery,
  StampBody: requests.StampBody,
  ReferenceQuery: requests.ReferenceQuery,
  OpenPaymentsQuery: requests.OpenPaymentsQuery,
  MutationsQuery: requests.MutationsQuery,
  ProductAnswer: answers.ProductAnswer,
  OfferAnswer: answers.OfferAnswer,
  PaymentAnswer: answers.PaymentAnswer,
  ReceiptAnswer: answers.ReceiptAnswer,
  StampAnswer: answers.StampAnswer,
  BalanceAnswer: answers.BalanceAnswer,
  MutationAnswer: answers.MutationAnswer,
  ProblemAnswer: answers.ProblemAnswer,
};

// SIMPUL_WRITE_DOCS=1 npm test -- connect-h2h, and then prettier, brings the guide up to date.
test.each(Object.entries(TABLES))('the guide’s table of %s is the schema’s', (name, schema) => {
  const table = fieldTable(schema);
  expect(guide.cellsUnder(`fields: ${name}`, table)).toEqual(cellsOf(table));
});
