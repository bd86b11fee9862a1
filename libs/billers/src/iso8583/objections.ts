import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Iso8583Spec, SpecDefinition } from '#lib/iso8583';
import { dialectNamed } from './dialects';
import {
  alternativesOf,
  CALLS,
  callOf,
  productsOf,
  type CallSpec,
  type Iso8583BillerSpec,
  type ValueSpec,
} from './spec';

interface Objection {
  path: readonly (string | number)[];
  message: string;
}

type LayoutDefinition = SpecDefinition['layouts'][string];

/**
 * What a biller's file says that its dialect does not have: types, data elements, layouts, parts.
 * @param config the folder of the whole configuration.
 */
export function objectionsOfDialect(spec: Iso8583BillerSpec, config: string): Objection[] {
  const file = join(config, 'iso8583', `${spec.dialect}.yaml`);
  if (!existsSync(file)) return [{ path: ['dialect'], message: `there is no ${file}` }];
  const dialect = dialectNamed(config, spec.dialect);
  const objections: Objection[] = [];
  for (const number of Object.keys(spec.fields))
    if (!dialect.hasField(Number(number)))
      objections.push({
        path: ['fields', number],
        message: `there is no field ${number} in ${spec.dialect}`,
      });
  for (const product of productsOf(spec))
    for (const name of CALLS) {
      const call = callOf(spec, product, name);
      if (!call) continue;
      for (const { keys, message } of objectionsTo(dialect, call)) {
        const own = product === undefined ? [name, ...keys] : ['products', product, name, ...keys];
        const path = product === undefined || hasPath(spec, own) ? own : [name, ...keys];
        objections.push({ path, message });
      }
    }
  return objections;
}

function hasPath(value: unknown, keys: readonly string[]): boolean {
  let at = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  return true;
}

interface Found {
  keys: string[];
  message: string;
}

function* objectionsTo(dialect: Iso8583Spec, call: CallSpec): Generator<Found> {
  for (const key of ['type', 'typeAgain'] as const) {
    const mti = call[key];
    if (mti !== undefined && dialect.answerTypeOf(mti) === undefined)
      yield { keys: [key], message: `${mti} is no question of the dialect ${dialect.definition.dialect}` };
  }
  yield* objectionsToFields(dialect, call);
  for (const [number, layout] of Object.entries(call.layouts))
    if (dialect.definition.layouts[layout]?.field !== Number(number))
      yield { keys: ['layouts', number], message: `there is no layout ${layout} of the field ${number}` };
  for (const { keys, path } of pathsIn(call)) {
    const objection = objectionToPath(dialect, call, path);
    if (objection !== undefined) yield { keys, message: objection };
  }
}

function* objectionsToFields(dialect: Iso8583Spec, { type, fields }: CallSpec): Generator<Found> {
  const carried = dialect.fieldsOf(type);
  const { layouts } = dialect.definition;
  for (const [number, filling] of Object.entries(fields)) {
    const keys = ['fields', number];
    if (!carried.has(Number(number))) yield { keys, message: `${type} carries no field ${number}` };
    if (typeof filling === 'string') continue;
    const layout = layouts[filling.layout];
    if (layout?.field !== Number(number))
      yield {
        keys: [...keys, 'layout'],
        message: `there is no layout ${filling.layout} of the field ${number}`,
      };
    else
      for (const [own, parts] of [
        [[...keys, 'parts'], filling.parts] as const,
        ...filling.cases.map(
          (one, index) => [[...keys, 'cases', String(index), 'parts'], one.parts] as const,
        ),
      ])
        for (const part of Object.keys(parts))
          if (!namesOf(layout).has(part))
            yield { keys: [...own, part], message: `${part} is no part of ${filling.layout}` };
    if (filling.from && !layouts[filling.from.layout])
      yield { keys: [...keys, 'from', 'layout'], message: `there is no layout ${filling.from.layout}` };
  }
}

function namesOf(layout: LayoutDefinition): Set<string> {
  return layout.kind === 'tlv'
    ? new Set(Object.values(layout.tags).map(({ name }) => name))
    : new Set(layout.parts.map((part) => ('group' in part ? part.group : part.name)));
}

/** Every path of an answer that a call reads; those within one bill may also be parts of its layout. */
function* pathsIn({
  repeats,
  message,
  bill,
  approved,
}: CallSpec): Generator<{ keys: string[]; path: string }> {
  for (const paths of Object.keys(repeats))
    for (const path of alternativesOf(paths)) yield { keys: ['repeats', paths], path };
  if (message !== undefined) yield { keys: ['message'], path: message };
  if (approved) {
    yield* valueAt(['approved', 'reference'], approved.reference);
    yield* valueAt(['approved', 'amount'], approved.amount);
    for (const [name, value] of Object.entries(approved.receipt))
      yield* valueAt(['approved', 'receipt', name], value);
  }
  if (!bill) return;
  yield* valueAt(['bill', 'customerName'], bill.customerName);
  for (const name of ['outstanding', 'validSeconds'] as const)
    if (bill[name] !== undefined) yield* valueAt(['bill', name], bill[name]);
  for (const group of ['echo', 'details'] as const)
    for (const [name, value] of Object.entries(bill[group])) yield* valueAt(['bill', group, name], value);
  if (typeof bill.lines === 'string') yield { keys: ['bill', 'lines'], path: bill.lines };
  else
    for (const [index, path] of (bill.lines?.each ?? []).entries())
      yield { keys: ['bill', 'lines', 'each', String(index)], path };
  if (!bill.line) return;
  const { details, ...own } = bill.line;
  for (const [name, value] of Object.entries(own))
    if (value !== undefined) yield* valueAt(['bill', 'line', name], value);
  for (const [name, value] of Object.entries(details))
    yield* valueAt(['bill', 'line', 'details', name], value);
}

function* valueAt(keys: string[], value: ValueSpec): Generator<{ keys: string[]; path: string }> {
  if (typeof value === 'string') {
    yield { keys, path: value };
    return;
  }
  yield { keys: [...keys, 'at'], path: value.at };
  if (typeof value.decimals === 'string') yield { keys: [...keys, 'decimals'], path: value.decimals };
}

function objectionToPath(dialect: Iso8583Spec, call: CallSpec, path: string): string | undefined {
  const [number = '', part] = path.split('.');
  const { layouts } = dialect.definition;
  if (!/^\d/.test(path))
    return lineParts(dialect, call).has(path) ? undefined : `${path} is no part of a bill`;
  if (!dialect.hasField(Number(number))) return `there is no field ${number} in this dialect`;
  if (part === undefined) return undefined;
  const name = call.layouts[number];
  const layout = name === undefined ? undefined : layouts[name];
  if (!layout) return `layouts does not say how the field ${number} is laid out`;
  return namesOf(layout).has(part) ? undefined : `${part} is no part of ${name}`;
}

/** The parts of one bill, where bills repeat. */
function lineParts(dialect: Iso8583Spec, { bill, layouts }: CallSpec): Set<string> {
  const lines = bill?.lines;
  if (lines === undefined) return new Set();
  if (typeof lines !== 'string') {
    const layout = dialect.definition.layouts[lines.layout];
    return layout ? namesOf(layout) : new Set();
  }
  const [number = '', group] = lines.split('.');
  const layout = dialect.definition.layouts[layouts[number] ?? ''];
  if (layout?.kind !== 'fixed') return new Set();
  const found = layout.parts.find((part) => 'group' in part && part.group === group);
  return new Set(found && 'group' in found ? found.parts.map(({ name }) => name) : []);
}
