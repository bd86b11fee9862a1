import { XMLBuilder, XMLParser } from 'fast-xml-parser';

/** A document in its order: each element an object with its name and its children. */
type Ordered = Record<string, unknown>;

const options = { preserveOrder: true, ignoreAttributes: false, parseTagValue: false } as const;
const parser = new XMLParser({ ...options, trimValues: true });
const keeping = new XMLParser({ ...options, trimValues: false });
const builder = new XMLBuilder({ ...options, suppressEmptyNode: false });

/** A document without what does not count: the declaration, and blanks between elements. Prefixes count as written. */
export function comparable(xml: string): unknown {
  return withoutBlanks(keeping.parse(xml) as Ordered[]).filter((one) => !('?xml' in one));
}

function withoutBlanks(nodes: Ordered[]): Ordered[] {
  const isMixed = nodes.some((one) => nameOf(one) !== '#text');
  return nodes
    .filter((one) => !(isMixed && nameOf(one) === '#text'))
    .map((one) => {
      const name = nameOf(one);
      const children = one[name];
      return Array.isArray(children) ? { ...one, [name]: withoutBlanks(children as Ordered[]) } : one;
    });
}

/** A copy of an answer with another text at a path as the spec writes it; undefined takes the member away. */
export function changedXml(xml: string, protocol: 'soap' | 'xml-rpc', path: string, value: unknown): string {
  const document = parser.parse(xml) as Ordered[];
  const steps = path.split('.');
  const [parent, node] = protocol === 'soap' ? inSoap(document, steps, path) : inRpc(document, steps, path);
  if (value !== undefined) {
    const target = protocol === 'soap' ? node : childOf(node, 'value', path);
    target[nameOf(target)] = protocol === 'soap' ? text(value) : [{ string: text(value) }];
  } else {
    const name = nameOf(node);
    const isStruct = name === 'member';
    const gone = (one: Ordered) => (isStruct ? one === node : nameOf(one) === name);
    const kept = parent.filter((one) => !gone(one));
    parent.splice(0, parent.length, ...kept);
  }
  return builder.build(document);
}

const text = (value: unknown): Ordered[] => [{ '#text': String(value) }];

function nameOf(node: Ordered): string {
  return Object.keys(node).find((name) => name !== ':@') ?? '';
}

const localNameOf = (node: Ordered): string => nameOf(node).replace(/^.*:/, '');

function childrenOf(node: Ordered): Ordered[] {
  return node[nameOf(node)] as Ordered[];
}

function childOf(node: Ordered, name: string, path: string): Ordered {
  const child = childrenOf(node).find((one) => localNameOf(one) === name);
  if (!child) throw new Error(`the answer has no ${path}`);
  return child;
}

/** An element below the one that the body holds; a number chooses among those of one name. */
function inSoap(document: Ordered[], steps: string[], path: string): [parent: Ordered[], node: Ordered] {
  const envelope = document.find((one) => localNameOf(one) === 'Envelope');
  if (!envelope) throw new Error('the answer is no envelope');
  let node = childrenOf(childOf(envelope, 'Body', path))[0];
  let parent: Ordered[] = [];
  for (const step of steps) {
    if (!node) break;
    if (/^\d+$/.test(step)) {
      const name = localNameOf(node);
      node = parent.filter((one) => localNameOf(one) === name)[Number(step)];
    } else {
      parent = childrenOf(node);
      node = parent.find((one) => localNameOf(one) === step);
    }
  }
  if (!node) throw new Error(`the answer has no ${path}`);
  return [parent, node];
}

/** A struct's member; a number chooses among an array's values. */
function inRpc(document: Ordered[], steps: string[], path: string): [parent: Ordered[], node: Ordered] {
  const response = document.find((one) => nameOf(one) === 'methodResponse');
  if (!response) throw new Error('the answer is no methodResponse');
  let value = childOf(childOf(childOf(response, 'params', path), 'param', path), 'value', path);
  let parent: Ordered[] = [];
  let node: Ordered | undefined;
  for (const step of steps) {
    if (/^\d+$/.test(step)) {
      parent = childrenOf(childOf(childOf(value, 'array', path), 'data', path));
      node = parent[Number(step)];
      if (node) value = node;
    } else {
      parent = childrenOf(childOf(value, 'struct', path));
      node = parent.find((one) => textOf(childOf(one, 'name', path)) === step);
      if (node) value = childOf(node, 'value', path);
    }
  }
  if (!node) throw new Error(`the answer has no ${path}`);
  return [parent, node];
}

function textOf(node: Ordered): unknown {
  return childrenOf(node)[0]?.['#text'];
}
