import { UnreadableAnswer } from '../unreadable-answer';
import type { Said } from './soap';
import { readXml, writeXml, type XmlNode } from './tree';

/** Writes a call: its parameters go by position, and every text is a `<string>`. */
export function writeXmlRpc(method: string, parameters: readonly unknown[]): string {
  return writeXml({
    methodCall: {
      methodName: method,
      params: { param: parameters.map((value) => ({ value: written(value) })) },
    },
  });
}

function written(value: unknown): unknown {
  if (Array.isArray(value)) return { array: { data: { value: value.map(written) } } };
  if (typeof value === 'number' && Number.isInteger(value)) return { int: String(value) };
  if (typeof value === 'boolean') return { boolean: value ? '1' : '0' };
  if (typeof value === 'string') return { string: value };
  // What has no value keeps its place.
  if (typeof value !== 'object' || value === null) return { string: '' };
  const members = Object.entries(value).map(([name, one]) => ({ name, value: written(one) }));
  return { struct: { member: members } };
}

/**
 * Reads an answer: structs by their members' names, arrays as lists, scalars as texts.
 * @throws UnreadableAnswer for what is no answer of the protocol.
 */
export function readXmlRpc(text: string): Said {
  const { root, content } = readXml(text);
  if (root !== 'methodResponse') throw new UnreadableAnswer('the answer is no methodResponse');
  const fault = member(content, 'fault');
  if (fault !== undefined) {
    const said = read(member(fault, 'value'));
    const code = member(said, 'faultCode');
    if (typeof code !== 'string') throw new UnreadableAnswer('the fault has no code');
    return { content: said, fault: `fault:${code.trim()}` };
  }
  return { content: read(member(member(member(content, 'params'), 'param'), 'value')) };
}

function read(value: XmlNode | undefined): XmlNode {
  if (value === undefined || Array.isArray(value))
    throw new UnreadableAnswer('a value is missing, or is several');
  // Without a type a value is a string.
  if (typeof value === 'string') return value;
  const [typed, ...others] = Object.entries(value);
  if (!typed || others.length > 0) throw new UnreadableAnswer('a value has not one type');
  const [type, content] = typed;
  if (type === 'struct') return struct(content);
  if (type === 'array') return listOf(member(member(content, 'data'), 'value')).map(read);
  if (typeof content !== 'string') throw new UnreadableAnswer(`a ${type} is no scalar`);
  return content;
}

function struct(content: XmlNode): XmlNode {
  const members = listOf(member(content, 'member')).map((one) => {
    const name = member(one, 'name');
    if (typeof name !== 'string') throw new UnreadableAnswer('a member has no name');
    return [name, read(member(one, 'value'))] as const;
  });
  return Object.fromEntries(members);
}

function member(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return typeof node === 'object' && !Array.isArray(node) && Object.hasOwn(node, name)
    ? node[name]
    : undefined;
}

function listOf(node: XmlNode | undefined): XmlNode[] {
  if (node === undefined) return [];
  return Array.isArray(node) ? node : [node];
}
