import fc from 'fast-check';
import { call, connectorAt, readJsonCase, readJsonSpec } from '../test/json-biller';
import { callsOf, successOf } from './contract/calls';
import type { JsonCase } from './contract/http/json-driver';
import { http, rawBiller, type RawBiller } from './contract/http/raw-biller';
import { UNCERTAIN, type Told } from './contract/told';
import type { HttpJsonConnector } from './http-json/connector';
import type { HttpJsonSpec } from './http-json/spec';

/** Any bytes, as the whole body of a plain 200. */
const bytes = fc.uint8Array({ maxLength: 300 });

/** Any JSON, also names and values that mean something to JavaScript. */
const anyJson = fc
  .jsonValue({ maxDepth: 3 })
  .chain((value) => fc.constantFrom(value, { ['__proto__']: value }, { constructor: value }));

const nesting = fc.nat({ max: 20_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth));

/** Values that come near to the right ones. */
const nearMiss = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom('0000', '0005', '00', '05', 0, '', ' ', '__proto__', 'constructor', '0063', -0, 1e300),
);

/** An approving answer with some of its members replaced or taken away. */
const spoiltFrom = (answer: JsonCase['answer']) =>
  fc
    .dictionary(fc.constantFrom(...Object.keys(answer)), fc.option(nearMiss, { nil: undefined }))
    .map((changes) => JSON.stringify({ ...answer, ...changes }));

describe.each(['pln', 'tirta-jaya'])('%s', (name) => {
  const spec = readJsonSpec(`config/billers/${name}.yaml`);
  const cases = callsOf(spec).map((one) => readJsonCase(`fixtures/billers/${name}`, successOf(one)));
  let answer: (socket: { write(data: string | Uint8Array): void; end(): void }) => void;
  let biller: RawBiller;
  let connector: HttpJsonConnector;

  beforeAll(async () => {
    biller = await rawBiller((socket) => answer(socket));
    connector = connectorAt(biller.url, spec, readJsonCase(`fixtures/billers/${name}`, 'payment-approved'));
  });

  afterAll(async () => {
    await connector.close();
    await biller.close();
  });

  test.each(cases)('$call: no bytes are believed, or make the connector throw', async (one) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, fc.json().map(encode), nesting.map(encode)), async (body) => {
        answer = (socket) => {
          const head = encode(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`);
          socket.write(Buffer.concat([head, body]));
        };
        expect(await call(connector, one)).toEqual(UNCERTAIN[one.call]);
      }),
      { numRuns: 150 },
    );
  });

  test.each(cases)(
    '$call: no bytes in place of HTTP are believed, or make the connector throw',
    async (one) => {
      await fc.assert(
        fc.asyncProperty(bytes, async (wire) => {
          answer = (socket) => {
            socket.write(wire);
            socket.end();
          };
          expect(await call(connector, one)).toEqual(UNCERTAIN[one.call]);
        }),
        { numRuns: 100 },
      );
    },
  );

  test.each(cases)('$call: any JSON is answered with a value, never with an exception', async (one) => {
    await fc.assert(
      fc.asyncProperty(anyJson, async (json) => {
        answer = (socket) => socket.write(http(json));
        expect(await call(connector, one)).toEqual(UNCERTAIN[one.call]);
      }),
      { numRuns: 150 },
    );
  });

  test.each(cases.slice(1))('$call: only the whole word of the biller ends a payment', async (one) => {
    await fc.assert(
      fc.asyncProperty(spoiltFrom(one.answer), async (body) => {
        answer = (socket) => socket.write(http(body));
        const told = await call(connector, one);
        if (told['kind'] !== 'unknown') expect(told).toEqual(literalReading(spec, one, body));
      }),
      { numRuns: 400 },
    );
  });
});

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What an answer says to one who takes only flat members of the exact kind, and trusts nothing else. */
function literalReading(spec: HttpJsonSpec, { call: made, leg, reversal }: JsonCase, body: string): Told {
  if (made === 'reversal') return literalReversal(spec.reversal, leg, reversal?.reference, body);
  if (made !== 'payment' && made !== 'advice') throw new Error(`a call of ${made} ends no payment`);
  const { code, codes, repeats, approved } = spec[made];
  if (typeof code !== 'string') throw new Error('this reader knows codes of one member');
  const answer = JSON.parse(body) as Record<string, string | number>;
  const meaning = Object.entries(codes).find(([listed]) => listed === String(answer[code]))?.[1];
  for (const path of Object.keys(repeats)) expect(answer[path]).toBe(leg.reference);
  if (meaning === 'no such payment') return { kind: meaning };
  if (meaning !== 'approved') return { kind: 'declined', code: meaning };
  expect(typeof answer[approved.amount]).toBe(spec.rupiah);
  return {
    kind: 'approved',
    billerReference: String(answer[approved.reference]),
    amount: String(Number(answer[approved.amount])),
    receipt: {},
  };
}

function literalReversal(
  said: HttpJsonSpec['reversal'],
  { reference, amount }: JsonCase['leg'],
  reversalReference: string | undefined,
  body: string,
): Told {
  if (!said) throw new Error('this biller takes no reversals');
  const answer = JSON.parse(body) as Record<string, string | number>;
  const sent = new Set([reference, amount.toString(), reversalReference]);
  if (typeof said.code !== 'string') throw new Error('this reader knows codes of one member');
  const repeated = Object.keys(said.repeats).map((path) => String(answer[path]));
  expect(new Set(repeated)).toEqual(sent);
  return { kind: said.codes[String(answer[said.code])] };
}
