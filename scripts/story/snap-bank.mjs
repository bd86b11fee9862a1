import { createHash, createHmac, createPrivateKey, randomInt, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const CALL_TIMEOUT_MS = 20_000;
const JAKARTA_OFFSET_MS = 7 * 60 * 60 * 1000;

/**
 * A bank's side of SNAP, from the guide alone (docs/connect-snap.md): a token for its private key, then calls that its
 * client secret signs.
 * @param {import('./world.mjs').Json} run what run.json says
 * @param {number} offsetMs by how much the installation's clock is moved
 */
export function openBank(run, offsetMs) {
  const bank = run.channels.find((/** @type {{ protocol: string }} */ one) => one.protocol === 'snap');
  /** @type {string | undefined} */
  let token;

  /** @param {string} path @param {object} body @param {Record<string, string>} headers */
  const post = async (path, body, headers) => {
    const response = await fetch(`${run.switch.http}${bank.basePath}/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return /** @type {Promise<import('./world.mjs').Json>} */ (response.json());
  };

  const askToken = async () => {
    const timestamp = jakarta(offsetMs);
    const key = createPrivateKey(readFileSync(bank.privateKeyFile));
    const answer = await post(
      'access-token/b2b',
      { grantType: 'client_credentials' },
      {
        'X-TIMESTAMP': timestamp,
        'X-CLIENT-KEY': bank.clientKey,
        'X-SIGNATURE': sign('sha256', Buffer.from(`${bank.clientKey}|${timestamp}`), key).toString('base64'),
      },
    );
    return String(answer.accessToken);
  };

  return {
    /** @param {string} customerNo */
    account: (customerNo) => ({
      partnerServiceId: bank.partnerServiceId,
      customerNo,
      virtualAccountNo: bank.partnerServiceId + customerNo,
    }),

    /** @param {string} path below the base path @param {object} body */
    call: async (path, body) => {
      token ??= await askToken();
      const timestamp = jakarta(offsetMs);
      const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
      const text = `POST:${bank.basePath}/${path}:${token}:${digest}:${timestamp}`;
      return post(path, body, {
        Authorization: `Bearer ${token}`,
        'X-TIMESTAMP': timestamp,
        'X-SIGNATURE': createHmac('sha512', bank.clientSecret).update(text).digest('base64'),
        'X-PARTNER-ID': bank.partnerId,
        'X-EXTERNAL-ID': `${Date.now()}${randomInt(1_000_000_000)}`,
        'CHANNEL-ID': bank.channelId,
      });
    },
  };
}

/** Now, as `2026-01-15T08:30:00+07:00`. @param {number} offsetMs */
function jakarta(offsetMs) {
  return `${new Date(Date.now() + offsetMs + JAKARTA_OFFSET_MS).toISOString().slice(0, 19)}+07:00`;
}
