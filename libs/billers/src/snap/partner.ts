import type { KeyObject } from 'node:crypto';
import { setting, SettingError } from '#lib/platform';
import { clientSecretKey, rsaPrivateKey, type SnapPartner } from '#lib/snap';
import type { SnapBillerSpec } from './spec';

/**
 * The biller as our client's partner: its spec, and what the environment holds.
 * @throws SettingError when an address, a key or a secret is missing or is none.
 */
export function partnerOf(spec: SnapBillerSpec): SnapPartner {
  const { biller, secret, clientKey, version, partnerId, channelId, signing, externalId } = spec;
  const { connectionsMax, answerMaxBytes, refreshBeforeMs } = spec;
  const url = addressOf(spec);
  return {
    origin: url.origin,
    prefix: url.pathname.replace(/\/$/, '') + spec.prefix,
    clientKey: setting(clientKey, `our client key at biller ${biller}`),
    privateKey: privateKeyOf(spec),
    clientSecret: clientSecretKey(setting(secret, `the secret shared with biller ${biller}`)),
    externalIdLength: externalId.length,
    version,
    partnerId,
    channelId,
    signing,
    connectionsMax,
    answerMaxBytes,
    refreshBeforeMs,
  };
}

function addressOf({ url: name, biller }: SnapBillerSpec): URL {
  const purpose = `the address of biller ${biller}`;
  const text = setting(name, purpose);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new SettingError(`${name}="${text}" is no http or https address: ${purpose}`);
  return new URL(text);
}

function privateKeyOf({ privateKey: name, biller }: SnapBillerSpec): KeyObject {
  const pem = setting(name, `our RSA key for biller ${biller}, PEM`);
  try {
    return rsaPrivateKey(pem);
  } catch (error) {
    // What the parser says may quote the key.
    const said = error instanceof RangeError ? error.message : 'it cannot be read as PEM';
    throw new SettingError(`${name} is no private RSA key of 2048 bits: ${said}`);
  }
}
