import { createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { parse, stringify } from 'yaml';
import { SecretBox } from '#lib/platform';
import { channelSecret, SNAP_BANK } from '../../../test/support/seed';
import { signatureOf, type SnapBody, type TestAccount } from '../../../test/support/snap-client';
import type { SwitchWorld } from '../../../test/support/switch-world';
import { AgreedRates } from '../src/agreed-rates';
import { ChannelProfiles } from '../src/profiles';
import { TokenSeal } from '../src/snap/access-token';
import { SnapPartners } from '../src/snap/partners';
import type { Served } from '../src/snap/profile';
import { pathOf } from '../src/snap/routes';
import { deskOf } from '../src/snap/snap.module';

const STRICT = join(__dirname, '..', '..', '..', 'config', 'channels', 'snap-strict.yaml');
const BOX = new SecretBox(randomBytes(32).toString('base64'));

type Tree = { [name: string]: unknown };

/** The one way of writing of the standard's letter, where the shipped profile reads others too. */
const TO_THE_LETTER: Tree = { signing: { encodings: ['base64'] }, timestamp: { forms: ['offset'] } };

/** What of a call differs from an ordinary one. */
export interface Unusual {
  headers?: Record<string, string | undefined>;
  externalId?: string;
  timestamp?: string;
  token?: string;
  secret?: string;
  /** Signs this instead of the string of the standard. */
  text?: (standard: {
    method: string;
    target: string;
    token: string;
    raw: Buffer;
    timestamp: string;
  }) => string;
  /** Rewrites the signature. */
  written?: (signature: string) => string;
  query?: string;
  raw?: Buffer;
  ip?: string;
  /** The connection shows no certificate that is pinned. */
  isUnpinned?: boolean;
  isLate?: boolean;
}

/** What came back: HTTP status, code, and the rest. */
export interface Told {
  status: number;
  code: string;
  body: SnapBody & Record<string, unknown>;
  headers: Readonly<Record<string, string>>;
}

/** The SNAP door of one bank on a real database, its profile the strict one but for what a test changes. */
export function aSnapDoor(world: SwitchWorld, changes: Tree = {}, rates = new AgreedRates()) {
  const folder = mkdtempSync(join(tmpdir(), 'snap-profile-'));
  writeFileSync(
    join(folder, 'snap-strict.yaml'),
    stringify(merged(merged(parse(readFileSync(STRICT, 'utf8')) as Tree, TO_THE_LETTER), changes)),
  );
  const profiles = ChannelProfiles.read(folder);
  rmSync(folder, { recursive: true });
  const { catalog, clock, numbers, payments, inquiryFlow, paymentFlow, store } = world;
  const logger = pino({ enabled: false });
  const partners = new SnapPartners(catalog, profiles, logger);
  const parts = { catalog, clock, logger, numbers, payments, inquiryFlow, paymentFlow };
  const seal = new TokenSeal(BOX);
  const desk = deskOf({ ...parts, statements: store.database, rates }, partners, seal);
  const profile = [...profiles.all('snap').values()][0];
  if (!profile) throw new Error('the profile is not there');
  const token = seal.issue(SNAP_BANK.channelId, new Date(clock.now().getTime() + 900_000));
  let count = 0;
  const number = () => `${Date.now()}${String((count += 1)).padStart(6, '0')}`;

  /** Signs and calls a service as the standard says, but for what is unusual. */
  const call = async (service: Served, body: unknown, unusual: Unusual = {}): Promise<Told> => {
    const raw = unusual.raw ?? Buffer.from(JSON.stringify(body));
    const path = pathOf(profile, service);
    const target = path + (unusual.query ?? '');
    const timestamp = unusual.timestamp ?? jakarta(clock.now());
    const standard = { method: 'POST', target, token: unusual.token ?? token, raw, timestamp };
    const signature = signed(profile.signing.scheme, standard, unusual);
    const headers: Record<string, string | undefined> = {
      'content-type': 'application/json',
      authorization: `Bearer ${standard.token}`,
      'x-timestamp': timestamp,
      'x-signature': unusual.written ? unusual.written(signature) : signature,
      'x-partner-id': SNAP_BANK.partnerId,
      'x-external-id': unusual.externalId ?? number(),
      'channel-id': SNAP_BANK.channel,
      ...unusual.headers,
    };
    const wire = await desk.answer({
      service,
      path,
      method: 'POST',
      target,
      headers,
      body: raw,
      ip: unusual.ip ?? '127.0.0.1',
      isLate: unusual.isLate === true,
      showsCertificateOf: () => unusual.isUnpinned !== true,
    });
    const told = JSON.parse(wire.body) as Told['body'];
    return { status: wire.status, code: told.responseCode, body: told, headers: wire.headers };
  };
  /** Asks for a bill that must be there. */
  const order = async (one: TestAccount) => {
    const inquiryRequestId = number();
    const { body } = await call('inquiry', { ...one, inquiryRequestId });
    return { ...one, paymentRequestId: inquiryRequestId, paidAmount: body.virtualAccountData?.totalAmount };
  };
  return { call, order, number, token, seal };
}

let customers = 0;

/** An account nobody has used yet. */
export function anAccount(prefix = '10', padding = ' '): TestAccount {
  const customerNo = `${prefix}5399${String((customers += 1)).padStart(8, '0')}`;
  const partnerServiceId = SNAP_BANK.companyCode.padStart(8, padding);
  return { partnerServiceId, customerNo, virtualAccountNo: partnerServiceId + customerNo };
}

function signed(
  scheme: string,
  standard: Parameters<NonNullable<Unusual['text']>>[0],
  unusual: Unusual,
): string {
  const secret = unusual.secret ?? channelSecret(SNAP_BANK.channelId);
  if (scheme === 'symmetric' && !unusual.text) return signatureOf({ secret, ...standard });
  const text = unusual.text?.(standard) ?? '';
  if (scheme === 'symmetric') return hmac(secret, text);
  return sign('sha256', Buffer.from(text), createPrivateKey(SNAP_BANK.privateKey)).toString('base64');
}

function hmac(secret: string, text: string): string {
  return createHmac('sha512', secret).update(text).digest('base64');
}

/** An instant as the standard writes it. */
export function jakarta(instant: Date, offsetMs = 0): string {
  return `${new Date(instant.getTime() + 7 * 3_600_000 + offsetMs).toISOString().slice(0, 19)}+07:00`;
}

function merged(base: Tree, changes: Tree): Tree {
  const result = { ...base };
  for (const [name, value] of Object.entries(changes))
    result[name] = isTree(value) && isTree(base[name]) ? merged(base[name], value) : value;
  return result;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
