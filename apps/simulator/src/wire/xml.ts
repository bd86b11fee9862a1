import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => name === 'param' || name === 'Bill',
});

/** Parses XML into members by their local names; undefined where it is none, or brings a DOCTYPE. */
export function parsedXml(raw: Buffer): unknown {
  const text = raw.toString('utf8');
  if (text.includes('<!DOCTYPE')) return undefined;
  try {
    return parser.parse(text, true);
  } catch {
    return undefined;
  }
}

/** A member of a parsed message by its path; undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[name] : undefined,
    value,
  );
}

/** An element with text in it. */
export function element(name: string, text: string): string {
  return `<${name}>${escaped(text)}</${name}>`;
}

/** Text as it may stand in XML. */
export function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
