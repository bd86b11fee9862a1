import { invalid, Refused, shown } from './gates';

/** Longer than any tag or text of a statement. */
const TOKEN_MAX = 65_536;
const DEPTH_MAX = 40;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Takes what an XML document is made of, in its order. Names come without their prefix. */
export interface XmlTaker {
  open(name: string, attributes: string): void;
  text(text: string): void;
  close(name: string): void;
}

/**
 * Reads XML as it streams, holding one tag or one text. It knows elements, attributes, text, CDATA, comments and the
 * five entities every document has; a document type is refused, so nothing expands and nothing is fetched.
 * @see W3C, Extensible Markup Language (XML) 1.0, fifth edition, sections 2 and 4.6.
 */
export class XmlEvents {
  /** Line of what is being read, from 1. */
  line = 1;
  private rest = '';
  private readonly path: string[] = [];
  private isRootRead = false;

  constructor(private readonly taker: XmlTaker) {}

  /** @throws Refused where it is not well-formed. */
  take(chunk: string): void {
    this.rest += chunk;
    for (let length = this.next(); length > 0; length = this.next()) {
      for (let at = this.rest.indexOf('\n'); at >= 0 && at < length; at = this.rest.indexOf('\n', at + 1))
        this.line += 1;
      this.rest = this.rest.slice(length);
    }
    if (this.rest.length > TOKEN_MAX) throw this.fault('a longer piece', `at most ${TOKEN_MAX} characters`);
  }

  /** Whether the document has come to its end. */
  get isWhole(): boolean {
    return this.isRootRead && this.path.length === 0 && this.rest.trim() === '';
  }

  /** Takes the next piece. @returns its length; 0 while it is not there in full. */
  private next(): number {
    const { rest } = this;
    if (rest === '') return 0;
    if (!rest.startsWith('<')) return this.takeText();
    if (rest.startsWith('<!--')) return endOf(rest, '-->');
    if (rest.startsWith('<?')) return endOf(rest, '?>');
    if (rest.startsWith('<![CDATA[')) {
      const length = endOf(rest, ']]>');
      if (length > 0) this.giveText(rest.slice(9, length - 3));
      return length;
    }
    if (rest.length < 9 && '<![CDATA['.startsWith(rest)) return 0;
    if (rest.startsWith('<!')) throw this.fault(rest.slice(0, 20), 'no document type');
    const length = endOf(rest, '>');
    if (length > 0) this.takeTag(rest.slice(1, length - 1));
    return length;
  }

  private takeText(): number {
    const { rest } = this;
    const length = rest.indexOf('<');
    if (length < 0) return 0;
    this.giveText(
      rest.slice(0, length).replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w{1,8});|&/g, (whole, name?: string) => {
        const sign = name === undefined ? undefined : entity(name);
        if (sign === undefined) throw this.fault(whole, 'an entity of XML');
        return sign;
      }),
    );
    return length;
  }

  private giveText(text: string): void {
    if (this.path.length > 0) this.taker.text(text);
    else if (text.replace('\uFEFF', '').trim() !== '') throw this.fault(text.trim(), 'an element');
  }

  private takeTag(tag: string): void {
    const [, slash, name = '', attributes = '', end] =
      /^(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)$/.exec(tag) ?? [];
    if (name === '' || (slash && (end || attributes))) throw this.fault(`<${tag}>`, 'a tag');
    const local = name.slice(name.indexOf(':') + 1);
    if (slash) {
      if (this.path.pop() !== name) throw this.fault(`<${tag}>`, 'the end of the element that is open');
      this.taker.close(local);
      return;
    }
    if (this.path.length === 0 && this.isRootRead) throw this.fault(`<${tag}>`, 'the end of the document');
    if (this.path.length >= DEPTH_MAX) throw this.fault(`<${tag}>`, `at most ${DEPTH_MAX} elements deep`);
    this.isRootRead = true;
    this.taker.open(local, attributes);
    if (end) this.taker.close(local);
    else this.path.push(name);
  }

  private fault(stated: string, expected: string): Refused {
    return invalid(this.line, 'XML', shown(stated), expected);
  }
}

function endOf(text: string, end: string): number {
  const at = text.indexOf(end);
  return at < 0 ? 0 : at + end.length;
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name];
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
