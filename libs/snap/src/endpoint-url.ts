/**
 * What of the requested address is signed: all of it as it was sent; the path alone; or the path with the query's
 * parameters percent-encoded anew and sorted by name, then by value.
 */
export const ENDPOINT_URL_FORMS = ['as sent', 'path only', 'sorted query'] as const;
export type EndpointUrlForm = (typeof ENDPOINT_URL_FORMS)[number];

/**
 * The EndpointUrl of a string to sign.
 * @param target path and query as the caller wrote them in the request line, the prefix included.
 */
export function endpointUrl(target: string, form: EndpointUrlForm): string {
  const mark = target.indexOf('?');
  if (form === 'as sent' || mark < 0) return target;
  const path = target.slice(0, mark);
  if (form === 'path only') return path;
  const pairs = target
    .slice(mark + 1)
    .split('&')
    .map((pair) => pair.split(/=(.*)/s, 2))
    .map(([name = '', value]) => [encoded(name), value === undefined ? undefined : encoded(value)] as const)
    .sort(([oneName, one = ''], [otherName, other = '']) => order(oneName, otherName) || order(one, other));
  return `${path}?${pairs.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join('&')}`;
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** RFC 3986, section 2.3: everything but the unreserved characters, with upper-case hex. */
function encoded(text: string): string {
  let plain = text;
  try {
    plain = decodeURIComponent(text);
  } catch {
    // A stray per cent sign is a character like any other.
  }
  return encodeURIComponent(Buffer.from(plain).toString()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
