import { UnreadableAnswer } from '../unreadable-answer';
import { readXml, writeXml, type XmlNode } from './tree';

const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';

/** What a body says: its one element's content, or a fault's code and members. */
export interface Said {
  content: XmlNode;
  /** As `fault:Client`. */
  fault?: string | undefined;
}

/** Writes a SOAP 1.1 request. @param members of the request element and of the header, by local name. */
export function writeSoap(
  namespace: string,
  request: string,
  members: object,
  header: object | undefined,
): string {
  return writeXml({
    'soap:Envelope': {
      '@_xmlns:soap': ENVELOPE,
      '@_xmlns:c': namespace,
      ...(header ? { 'soap:Header': prefixed(header) } : {}),
      'soap:Body': { [`c:${request}`]: prefixed(members) },
    },
  });
}

function prefixed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(prefixed);
  if (typeof node !== 'object' || node === null) return String(node);
  return Object.fromEntries(Object.entries(node).map(([name, child]) => [`c:${name}`, prefixed(child)]));
}

/**
 * Reads a SOAP 1.1 answer.
 * @param response the element that answers, by local name.
 * @throws UnreadableAnswer for anything else than that element or a fault.
 */
export function readSoap(text: string, response: string): Said {
  const { root, content } = readXml(text);
  const body = root === 'Envelope' && isElement(content) ? content['Body'] : undefined;
  const [first, ...others] = isElement(body) ? Object.entries(body) : [];
  if (!first || others.length > 0) throw new UnreadableAnswer('the answer is no SOAP envelope');
  const [name, said] = first;
  if (name === 'Fault') return { content: said, fault: `fault:${localName(said)}` };
  if (name !== response || Array.isArray(said)) throw new UnreadableAnswer(`the answer is no ${response}`);
  return { content: said };
}

function localName(fault: XmlNode): string {
  const code = isElement(fault) ? fault['faultcode'] : undefined;
  if (typeof code !== 'string') throw new UnreadableAnswer('the fault has no code');
  return code.trim().replace(/^[^:]*:/, '');
}

function isElement(node: XmlNode | undefined): node is Record<string, XmlNode> {
  return typeof node === 'object' && !Array.isArray(node);
}
