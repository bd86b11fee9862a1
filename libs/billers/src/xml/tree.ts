import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { UnreadableAnswer } from '../unreadable-answer';
import { UnfilledTemplate } from '../unfilled-template';

/** What an element holds: text, or its children by local name, several of one name as a list. */
export type XmlNode = string | XmlNode[] | { [name: string]: XmlNode };

/** Deeper than any biller's answer, and far from what could exhaust a stack. */
const DEPTH_MAX = 32;
const CDATA = '#cdata';

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  // Texts stay what they are: a code 00 is no number, and blanks may belong to what must be echoed.
  parseTagValue: false,
  trimValues: false,
  // Entities that a document declares itself are a way to exhaust us; the five that XML knows are read below.
  processEntities: false,
  cdataPropName: CDATA,
  maxNestedTags: DEPTH_MAX,
});

/**
 * Reads a document into its root's name and content, by local names.
 * @throws UnreadableAnswer for what is not well formed, declares a DOCTYPE, has several roots, or is too deep.
 */
export function readXml(text: string): { root: string; content: XmlNode } {
  if (/<!DOCTYPE/i.test(text)) throw new UnreadableAnswer('the answer declares a DOCTYPE');
  if (XMLValidator.validate(text) !== true) throw new UnreadableAnswer('the answer is not well-formed XML');
  const [first, ...others] = Object.entries(parsed(text)).filter(([name]) => name !== '#text');
  if (!first || others.length > 0 || Array.isArray(first[1]))
    throw new UnreadableAnswer('the answer has not one root');
  return { root: first[0], content: plain(first[1]) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return parser.parse(text) as Record<string, unknown>;
  } catch {
    // The parser's own message may quote the text, which may hold a customer's data.
    throw new UnreadableAnswer('the answer is no XML that can be read');
  }
}

function plain(node: unknown): XmlNode {
  if (Array.isArray(node)) return node.map(plain);
  if (typeof node !== 'object' || node === null) return decoded(String(node));
  const members = node as Record<string, unknown>;
  if (CDATA in members) return withCdata(members);
  const children = Object.entries(members).filter(([name]) => name !== '#text');
  return Object.fromEntries(children.map(([name, child]) => [name, plain(child)]));
}

function withCdata({ '#text': around, [CDATA]: inside }: Record<string, unknown>): string {
  const raw = Array.isArray(inside) ? inside.join('') : String(inside);
  return raw + (typeof around === 'string' && around.trim() !== '' ? decoded(around) : '');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** An unknown entity stays as it was written: it is data, and no code means it. */
function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w{2,4}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined)
      return Object.hasOwn(ENTITIES, String(name)) ? (ENTITIES[String(name)] ?? whole) : whole;
    const point = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: false });

/** What is no character of XML (XML 1.0, section 2.2), escaped or not. */
const NOT_A_CHARACTER = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Writes a document; texts are escaped.
 * @throws UnfilledTemplate where a text holds a character that XML cannot carry.
 */
export function writeXml(document: Record<string, unknown>): string {
  const text = `<?xml version="1.0" encoding="UTF-8"?>${builder.build(document)}`;
  if (NOT_A_CHARACTER.test(text))
    throw new UnfilledTemplate('a text holds a character that XML cannot carry');
  return text;
}
