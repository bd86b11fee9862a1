import { basename } from 'node:path';
import type { HttpJsonSpec } from '../src/http-json/spec';
import { readSpec } from '../src/read-spec';
import { callsOf, casesOf, readCase, successOf, type Call } from './fixtures';
import { expectUncertaintyAfterEveryMisfortune } from './misfortunes';
import { changed, play, signatureOf, UNCERTAIN } from './play';
import { answering } from './raw-biller';

/**
 * What the switch relies on, asked of one biller: its fixtures are played word by word, and its answers are then
 * spoiled in every way that must not be believed.
 * @param file the biller's YAML.
 * @param folder its fixtures.
 */
export function describeBiller(file: string, folder: string): void {
  const biller = basename(file, '.yaml');
  const spec = readSpec(file);

  describe(biller, () => {
    test.each(casesOf(folder, spec))(
      '%s: the partner hears and says what its fixture shows',
      async (name) => {
        const one = readCase(folder, name);

        const { requests, told } = await play(spec, one, answering(one.answer));

        expect(requests).toHaveLength(1);
        const [request] = requests;
        expect(request?.method).toBe('POST');
        expect(request?.path).toBe(`/h2h${one.request.path}`);
        expect(request?.headers['content-type']).toBe('application/json');
        expect(JSON.parse(request?.body ?? '')).toEqual(one.request.body);
        expect(request?.headers[one.signature.header]).toBe(signatureOf(request?.body ?? '', one.signature));
        expect(told).toEqual(one.outcome);
      },
    );

    describe.each(callsOf(spec))('%s', (call) => {
      const name = successOf(call);
      const { code, repeats } = said(spec, call);

      test.each(SPOILT_CODES.map((value) => ({ path: code, value })))(
        'with the code $value is not believed',
        async ({ path, value }) => {
          await expectUncertain(name, path, value);
        },
      );

      const needed = neededBy(spec, call);
      if (needed.length > 0)
        test.each(needed)('without %s is not believed', async (path) => {
          await expectUncertain(name, path, undefined);
        });

      const spoiltAmounts = spec.rupiah === 'string' ? SPOILT_TEXT_AMOUNTS : SPOILT_NUMBER_AMOUNTS;
      const amounts = amountsOf(spec, call).flatMap((path) =>
        spoiltAmounts.map((value) => ({ path, value })),
      );
      if (amounts.length > 0)
        test.each(amounts)('with the amount $value as $path is not believed', async ({ path, value }) => {
          await expectUncertain(name, path, value);
        });

      const repeated = Object.keys(repeats);
      if (repeated.length > 0)
        test.each(repeated)('no final answer with another %s is believed', async (path) => {
          const final = casesOf(folder, spec).filter(
            (one) => one.startsWith(`${call}-`) && isFinal(folder, one),
          );
          expect(final).toContain(name);
          for (const one of final)
            for (const value of ['another', undefined, null, ['list']])
              await expectUncertain(one, path, value);
        });

      async function expectUncertain(caseName: string, path: string, value: unknown): Promise<void> {
        const one = readCase(folder, caseName);
        const spoilt = changed(one.answer, path, value);
        expect((await play(spec, one, answering(spoilt))).told).toEqual(UNCERTAIN[call]);
      }
    });

    expectUncertaintyAfterEveryMisfortune(file, folder);
  });
}

/** The last three are names that every JavaScript object knows. */
const SPOILT_CODES = [undefined, null, '', 'ZZ99', ' 0000', 9, true, 'constructor', '__proto__', 'toString'];

const SPOILT_ANYWHERE = [
  undefined,
  null,
  true,
  [],
  {},
  '',
  '-1',
  '1e3',
  ' 1',
  '1.000',
  '1,000',
  '0x10',
  0.5,
  -1,
];
const SPOILT_TEXT_AMOUNTS = [...SPOILT_ANYWHERE, 203400, '203400.00', '9'.repeat(16)];
const SPOILT_NUMBER_AMOUNTS = [...SPOILT_ANYWHERE, '171500', 171500.25, 2 ** 53];

/** The members without which an answer says nothing that can be used. */
function neededBy(spec: HttpJsonSpec, call: Call): string[] {
  if (call === 'reversal') return [];
  if (call !== 'inquiry') return [spec[call].approved.reference];
  const { customerName, echo, lines, line } = spec.inquiry.bill;
  return [customerName, lines, `${lines}.0.${line.period}`, ...Object.values(echo)];
}

/** What a spec says of a call the biller takes. */
function said(spec: HttpJsonSpec, call: Call) {
  const known = spec[call];
  if (!known) throw new Error(`${spec.biller} has no ${call}`);
  return known;
}

function amountsOf(spec: HttpJsonSpec, call: Call): string[] {
  if (call === 'reversal') return [];
  if (call !== 'inquiry') return [spec[call].approved.amount];
  const { lines, line } = spec.inquiry.bill;
  return [line.amount, line.penalty].flatMap((path) => (path === undefined ? [] : [`${lines}.0.${path}`]));
}

/** Whether this answer ends something: what it is about must then be beyond doubt. An inquiry's refusal ends nothing. */
function isFinal(folder: string, name: string): boolean {
  const { outcome } = readCase(folder, name);
  return (
    outcome['bill'] !== undefined || !['unknown', undefined].includes(outcome['kind'] as string | undefined)
  );
}
