import { z } from 'zod';
import { EnvironmentName } from '../spec/common';
import { Path } from '../mapping/path';
import { objectionsTo, Template, variablesIn } from '../mapping/template';

const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, 'must be the name of an HTTP header such as X-Signature');
const Headers = z.record(HeaderName, z.string());
const HttpPath = z.string().regex(/^\/[\x21-\x7e]*$/, 'must begin with / and have no spaces');

const KEYED = ['hmac-sha1', 'hmac-sha256', 'hmac-sha512', 'jwt-hs256'] as const;
const UNKEYED = ['md5', 'sha1', 'sha256', 'sha512', 'base64'] as const;
const Algorithm = z.enum([...KEYED, ...UNKEYED]);
const Encoding = z.enum(['hex', 'hex-upper', 'base64', 'base64url']);

/** A text made of other texts: a digest, a keyed signature, Base64 of it, or an HS256 JWT whose payload it is. */
const Computed = z.strictObject({
  algorithm: Algorithm,
  /** What it is made of. */
  text: z.string(),
  /** How a digest or signature is written; `hex` where left out. Base64 and JWT are written one way only. */
  encoding: Encoding.optional(),
});
export type Computed = z.infer<typeof Computed>;

/** What every kind over HTTP says of its biller. */
export const HTTP = {
  url: EnvironmentName,
  /** What both sides share: the key of keyed signatures, and `{secret}` in templates. */
  secret: EnvironmentName,
  /** Further settings by our names for them, each with its environment variable: `{settings.user}` in templates. */
  settings: z.record(z.string().regex(/^\w+$/), EnvironmentName).optional(),
  connectionsMax: z.int().positive(),
  answerMaxBytes: z.int().positive(),
  /** Headers of every call. */
  headers: Headers.optional(),
  /** Texts made for a call, in this order, each `{computed.<name>}` afterwards. */
  computed: z.record(z.string().regex(/^\w+$/), Computed).optional(),
  /** One header that signs the message; over the raw body where `text` does not say otherwise. */
  signature: z
    .strictObject({
      algorithm: Algorithm,
      header: HeaderName,
      encoding: Encoding,
      text: z.string().optional(),
    })
    .optional(),
  /** A token that is fetched by a call of its own and then carried by all others as `{token}`. */
  token: z
    .strictObject({
      method: z.enum(['GET', 'POST']).optional(),
      path: HttpPath,
      content: z.enum(['json', 'form']).optional(),
      headers: Headers.optional(),
      body: z.record(z.string(), Template).optional(),
      /** Where the answer holds it, and for how many seconds it is good; `seconds` where the answer does not say. */
      token: Path,
      expiresSeconds: Path.optional(),
      seconds: z.int().positive().optional(),
      withinMs: z.int().positive(),
      /**
       * The HTTP status by which the biller's documentation says: the token is not good, **and nothing was done**. Only
       * then is another token fetched and the call sent again, once. Without it such an answer leaves all unknown.
       */
      nothingDoneStatus: z.int().min(400).max(499).optional(),
    })
    .optional(),
};
export const HttpShape = z.strictObject(HTTP);
export type HttpSpec = z.infer<typeof HttpShape>;

/** How one call is made over HTTP, whatever its body. */
export const HTTP_CALL = {
  method: z.enum(['GET', 'POST', 'PUT']).optional(),
  /** Appended to the base address; its `{variables}` are written as a URL wants them. */
  path: HttpPath,
  query: z.record(z.string(), z.string()).optional(),
  headers: Headers.optional(),
};
export type HttpCall = z.infer<z.ZodObject<typeof HTTP_CALL>>;

/** What only a signature may name, since it is known only when the message stands. */
export const OF_MESSAGE = ['method', 'path', 'pathAndQuery', 'body', 'bodySha256'];

/** Names that every template of a biller over HTTP may use. */
export function namesOfHttp({ settings, computed }: HttpSpec): string[] {
  const late = lateOnes(computed ?? {});
  return [
    'now',
    'secret',
    ...Object.keys(settings ?? {}).map((name) => `settings.${name}`),
    ...Object.keys(computed ?? {})
      .filter((name) => !late.has(name))
      .map((name) => `computed.${name}`),
  ];
}

/** Names that stand only in headers, when the message is there. */
export function lateNamesOfHttp({ computed, token }: HttpSpec): string[] {
  const late = [...lateOnes(computed ?? {})].map((name) => `computed.${name}`);
  return token ? [...late, 'token'] : late;
}

/** The computed texts that need the message, themselves or through one another. */
export function lateOnes(computed: Readonly<Record<string, Computed>>): ReadonlySet<string> {
  const late = new Set<string>();
  for (const [name, { text }] of Object.entries(computed))
    if (namesIn(text).some((one) => OF_MESSAGE.includes(one) || late.has(one.replace(/^computed\./, ''))))
      late.add(name);
  return late;
}

/** The templates of a call beside its body. */
export function templatesOfHttp({ headers, signature }: HttpSpec, call: HttpCall): Template[] {
  return [call.path, call.query ?? {}, headers ?? {}, call.headers ?? {}, signature?.text ?? ''];
}

/** Those of the computed texts that these templates name, themselves or through one another, in their order. */
export function computedFor(
  { computed = {} }: HttpSpec,
  templates: readonly Template[],
): Readonly<Record<string, Computed>> {
  const named = new Set(templates.flatMap((template) => namesIn(template)));
  const inOrder = Object.entries(computed);
  for (const [name, { text }] of inOrder.toReversed())
    if (named.has(`computed.${name}`)) for (const one of namesIn(text)) named.add(one);
  return Object.fromEntries(inOrder.filter(([name]) => named.has(`computed.${name}`)));
}

const namesIn = (template: Template): string[] => variablesIn(template).map(({ name }) => name);

/** What is asked of one call's templates: where each stands, and what it may name beside what its call has. */
export function templatesToCheck(
  spec: HttpSpec,
  call: HttpCall,
  body: { path: string[]; template: Template }[],
): { path: string[]; template: Template; also: readonly string[] }[] {
  const late = lateNamesOfHttp(spec);
  const used = computedFor(spec, [...body.map(({ template }) => template), ...templatesOfHttp(spec, call)]);
  return [
    ...body.map((one) => ({ ...one, also: [] })),
    { path: ['path'], template: call.path, also: [] },
    { path: ['query'], template: call.query ?? {}, also: [] },
    { path: ['headers'], template: { ...spec.headers, ...call.headers }, also: late },
    { path: ['signature', 'text'], template: spec.signature?.text ?? '', also: [...late, ...OF_MESSAGE] },
    ...Object.entries(used).map(([name, { text }]) => ({
      path: ['computed', name],
      template: text,
      also: [...late, ...OF_MESSAGE],
    })),
  ];
}

/** What is wrong with what a spec says of HTTP itself; its templates are checked with the calls that use them. */
export function objectionsToHttp(spec: HttpSpec): { path: string[]; message: string }[] {
  const { token, computed = {} } = spec;
  const found = [
    ...objectionsTo(token?.headers ?? {}, namesOfHttp(spec), ['token', 'headers']),
    ...objectionsTo(token?.body ?? {}, namesOfHttp(spec), ['token', 'body']),
  ];
  if (token && token.expiresSeconds === undefined && token.seconds === undefined)
    found.push({ path: ['token'], message: 'must say expiresSeconds, a path in the answer, or seconds' });
  const before = new Set<string>();
  for (const [name, { text }] of Object.entries(computed)) {
    const later = namesIn(text).find((one) => one.startsWith('computed.') && !before.has(one));
    if (later !== undefined)
      found.push({ path: ['computed', name, 'text'], message: `{${later}} must stand before it` });
    before.add(`computed.${name}`);
  }
  return found;
}
