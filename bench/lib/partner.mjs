import { createHmac, hash } from 'node:crypto';
import { h2hChannels } from '../../scripts/lib/run-file.mjs';

/**
 * Asks for a bill of the cheapest token, as a partner does.
 * @param {import('../../scripts/lib/run-file.mjs').RunFile} run
 * @param {string} channelId
 * @param {string} customerNumber
 * @returns {Promise<{ inquiryId: string, total: string }>}
 */
export async function askInquiry(run, channelId, customerNumber) {
  const secret = h2hChannels(run).find(({ id }) => id === channelId)?.secret ?? '';
  const body = JSON.stringify({
    reference: 'bench',
    product: 'pln-prepaid',
    customerNumber,
    amount: '20000',
  });
  const timestamp = new Date().toISOString();
  const text = ['POST', '/v1/inquiries', timestamp, hash('sha256', body, 'hex')].join('\n');
  const answer = await fetch(`${run.switch.http}/v1/inquiries`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'X-Channel-Id': channelId,
      'X-Timestamp': timestamp,
      'X-Signature': createHmac('sha256', secret).update(text).digest('base64'),
    },
  });
  if (answer.status !== 200)
    throw new Error(`the inquiry was answered ${answer.status}: ${await answer.text()}`);
  return /** @type {{ inquiryId: string, total: string }} */ (await answer.json());
}
