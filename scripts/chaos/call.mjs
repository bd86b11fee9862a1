import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';

/**
 * What a caller heard: an answer; `cut` where it hung up itself; `none` where the other side was gone.
 * @typedef {{ heard: 'answer', status: number, isReplay: boolean, body: any } | { heard: 'cut' | 'none' }} Heard
 */

/**
 * One signed call of the H2H API, written from the contract alone. Never rejects: silence is an answer too.
 * @param {{ url: string, channelId: string, secret: string }} to
 * @param {string} method
 * @param {string} target path and query
 * @param {object | undefined} members
 * @param {number} patienceMs after so long the caller cuts the connection
 * @returns {Promise<Heard>}
 */
export function call({ url, channelId, secret }, method, target, members, patienceMs) {
  const body = members === undefined ? '' : JSON.stringify(members);
  const timestamp = new Date().toISOString();
  const digest = createHash('sha256').update(body).digest('hex');
  const signature = createHmac('sha256', secret)
    .update([method, target, timestamp, digest].join('\n'))
    .digest('base64');
  const headers = {
    ...(body === '' ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    'X-Channel-Id': channelId,
    'X-Timestamp': timestamp,
    'X-Signature': signature,
  };
  return new Promise((resolve) => {
    let isCut = false;
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, method, path: target, headers, agent: false }, (answer) => {
      /** @type {Buffer[]} */
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', nothing);
      answer.on('end', () => {
        clearTimeout(timer);
        try {
          const text = Buffer.concat(chunks).toString();
          const isReplay = answer.headers['idempotent-replayed'] === 'true';
          resolve({ heard: 'answer', status: answer.statusCode ?? 0, isReplay, body: JSON.parse(text) });
        } catch {
          nothing();
        }
      });
    });
    const nothing = () => {
      clearTimeout(timer);
      resolve({ heard: isCut ? 'cut' : 'none' });
    };
    const timer = setTimeout(() => {
      isCut = true;
      sent.destroy(new Error('the caller hung up'));
    }, patienceMs);
    sent.on('error', nothing);
    sent.on('close', nothing);
    sent.end(body);
  });
}
