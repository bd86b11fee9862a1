import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESPONSE_CODES } from '#lib/kernel';
import { fieldTable } from '../src/field-table';
import * as answers from '../src/h2h/answers';
import * as requests from '../src/h2h/requests';

const GUIDE = join(__dirname, '..', '..', '..', 'docs', 'connect-h2h.md');

/** The rows of the guide's table of codes, cell by cell. */
function rowsOfCodes(): string[][] {
  const section = readFileSync(GUIDE, 'utf8').split('## 7. Codes')[1]?.split('\n## ')[0] ?? '';
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
  ReferenceQuery: requests.ReferenceQuery,
  OpenPaymentsQuery: requests.OpenPaymentsQuery,
  MutationsQuery: requests.MutationsQuery,
  ProductAnswer: answers.ProductAnswer,
  OfferAnswer: answers.OfferAnswer,
  PaymentAnswer: answers.PaymentAnswer,
  BalanceAnswer: answers.BalanceAnswer,
  MutationAnswer: answers.MutationAnswer,
  ProblemAnswer: answers.ProblemAnswer,
};

const placeOf = (name: string) => new RegExp(`(<!-- fields: ${name} -->\\n\\n)([^]*?)(\\n\\n<!-- end -->)`);

/** A table without the widths of its columns. */
function cellsOf(table: string): string[] {
  return table
    .split('\n')
    .map((line) =>
      line
        .replace(/ *\| */g, '|')
        .replace(/-+/g, '-')
        .trim(),
    )
    .filter((line) => line !== '');
}

// SIMPUL_WRITE_DOCS=1 npm test -- connect-h2h, and then prettier, brings the guide up to date.
test.each(Object.entries(TABLES))('the guide’s table of %s is the schema’s', (name, schema) => {
  const text = readFileSync(GUIDE, 'utf8');
  const table = fieldTable(schema);
  if (process.env['SIMPUL_WRITE_DOCS'])
    writeFileSync(
      GUIDE,
      text.replace(placeOf(name), (_, head: string, _old, tail: string) => head + table + tail),
    );
  else expect(cellsOf(placeOf(name).exec(text)?.[2] ?? '')).toEqual(cellsOf(table));
});
