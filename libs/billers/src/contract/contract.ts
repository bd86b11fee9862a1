import assert from 'node:assert/strict';
import { configOf, readSpec } from '../read-spec';
import type { BillerSpec } from '../spec/common';
import { callsOf, successOf, type Call } from './calls';
import type { ContractDriver, Played, Way } from './driver';
import { DRIVERS } from './drivers';
import { casesIn, casesOf, readCase, type BillerCase } from './fixtures';
import { MISFORTUNES, type MisfortuneName } from './misfortunes';
import { LONG_MS, UNCERTAIN, UNREACHED, type Told } from './told';

/** One thing that the switch relies on. */
export interface Check {
  /** The case or the call it is about, and then the sentence that must be true. */
  subject: string;
  sentence: string;
  /** It does little but listen until a deadline is over; several of these may be made at the same time. */
  isPatient?: true;
  /** Rejects with what was found instead. */
  run(): Promise<void>;
}

/**
 * What the switch relies on, asked of one biller of any kind: its fixtures are played word by word, its answers are then
 * spoilt in every way that must not be believed, and every misfortune befalls each of its calls.
 * @param file the biller's YAML.
 * @param folder its fixtures.
 */
export function contractOf(file: string, folder: string): Check[] {
  const spec = readSpec(file);
  const driverOf = DRIVERS[spec.kind];
  if (!driverOf) throw new Error(`no contract driver for the kind ${spec.kind}`);
  const driver = driverOf(spec, configOf(file));
  const biller = {
    spec,
    folder,
    driver,
    read: readingOnce((name) => readCase(folder, name, driver.fixtures)),
  };
  const shown = callsOf(spec).filter((call) => casesIn(folder).includes(successOf(call)));
  return [
    ...casesOf(folder, spec).map((name) => wordByWord(biller, name)),
    ...shown.flatMap((call) => neverBelieved(biller, call)),
    ...(Object.keys(MISFORTUNES) as MisfortuneName[]).flatMap((name) => survives(biller, shown, name)),
    unreached(biller, shown),
  ];
}

interface Biller {
  spec: BillerSpec;
  folder: string;
  driver: ContractDriver;
  read: (name: string) => BillerCase;
}

/** A case is asked for by every check that spoils it. One that cannot be read says so each time. */
function readingOnce(read: (name: string) => BillerCase): (name: string) => BillerCase {
  const known = new Map<string, BillerCase>();
  return (name) => {
    const one = known.get(name) ?? read(name);
    known.set(name, one);
    return one;
  };
}

function wordByWord({ driver, read }: Biller, name: string): Check {
  return {
    subject: name,
    sentence: 'the partner hears and says what its fixture shows',
    async run() {
      const one = read(name);
      const { requests, told } = await driver.play(one, driver.answering(one));
      assert.equal(requests.length, 1, `${requests.length} requests came`);
      driver.expectRequest(requests[0], one);
      assert.deepEqual(told, one.outcome);
    },
  };
}

/** Spoilt answers of one call. The fixture's success is spoilt; what it repeats, in every answer that ends something. */
function neverBelieved(biller: Biller, call: Call): Check[] {
  const { driver, read, folder } = biller;
  const check = (sentence: string, names: string[], pick: (one: BillerCase) => readonly Way[]): Check => ({
    subject: call,
    sentence,
    async run() {
      for (const name of names) {
        const one = read(name);
        for (const way of pick(one))
          assert.deepEqual(
            (await driver.play(one, way.react(one))).told,
            UNCERTAIN[call],
            `${name}: ${way.name}`,
          );
      }
    },
  });
  let success: BillerCase;
  try {
    success = read(successOf(call));
  } catch {
    // The case's own check tells what is wrong with it.
    return [];
  }
  const { codes, needed, amounts, repeats } = driver.spoilt(success);
  const eachOf = (
    ways: readonly Way[],
    words: (name: string) => string,
    of: 'codes' | 'needed' | 'amounts',
  ) =>
    ways.map(({ name }) =>
      check(words(name), [successOf(call)], (one) =>
        driver.spoilt(one)[of].filter((way) => way.name === name),
      ),
    );
  return [
    ...eachOf(codes, (name) => `with the code ${name} is not believed`, 'codes'),
    ...eachOf(needed, (name) => `without ${name} is not believed`, 'needed'),
    ...eachOf(amounts, (name) => `with the amount ${name} is not believed`, 'amounts'),
    ...(repeats.length === 0
      ? []
      : [
          check(
            `no final answer with another ${[...new Set(repeats.map(({ name }) => name))].join(', ')} is believed`,
            casesIn(folder).filter((name) => name.startsWith(`${call}-`) && isFinal(read(name))),
            (one) => driver.spoilt(one).repeats,
          ),
        ]),
  ];
}

function survives({ driver, read }: Biller, calls: Call[], name: MisfortuneName): Check[] {
  const { leaves } = MISFORTUNES[name];
  const ways = driver.misfortunes[name];
  if (typeof ways === 'string') return [];
  const end =
    leaves === 'as shown'
      ? 'what it said counts'
      : leaves === 'uncertain'
        ? 'nothing is believed'
        : 'nothing is sent';
  const expected = (way: Way, one: BillerCase): Told => {
    if (way.leaves) return way.leaves(one);
    if (leaves === 'as shown') return one.outcome;
    return leaves === 'uncertain' ? UNCERTAIN[one.call] : UNREACHED[one.call];
  };
  return ways.map((way) => ({
    subject: name,
    sentence: `${end}, and nothing is sent twice, where the biller ${way.name}`,
    ...(way.withinMs === undefined ? {} : { isPatient: true as const }),
    async run() {
      await Promise.all(
        calls.map(async (call) => {
          const one = read(successOf(call));
          const { told, requests } = await played(driver, one, way, leaves !== 'not sent');
          assert.deepEqual(told, expected(way, one), call);
          assert.equal(
            requests.length,
            leaves === 'not sent' ? 0 : 1,
            `${call}: ${requests.length} requests came`,
          );
          for (const request of requests) driver.expectRequest(request, one);
        }),
      );
    },
  }));
}

/** Where a busy machine's time is up before the request was even sent, nothing was shown: it is given more. */
async function played(
  driver: ContractDriver,
  one: BillerCase,
  way: Way,
  isToBeAsked: boolean,
): Promise<Played> {
  for (let { withinMs } = way; ; withinMs *= 2) {
    const shown = await driver.play(one, way.react(one, withinMs), withinMs);
    const isTooShort = isToBeAsked && shown.requests.length === 0;
    if (withinMs === undefined || withinMs >= LONG_MS || !isTooShort) return shown;
  }
}

function unreached({ driver, read }: Biller, calls: Call[]): Check {
  return {
    subject: 'unreached',
    sentence: 'a payment is "not sent" where nobody listens; an advice that finds nobody says nothing',
    async run() {
      for (const call of calls)
        assert.deepEqual(await driver.playUnreached(read(successOf(call))), UNREACHED[call], call);
    },
  };
}

/** Whether this answer ends something: what it is about must then be beyond doubt. An inquiry's refusal ends nothing. */
function isFinal({ outcome }: BillerCase): boolean {
  return (
    outcome['bill'] !== undefined || !['unknown', undefined].includes(outcome['kind'] as string | undefined)
  );
}
