import { createHmac, hash } from 'node:crypto';
import { httpSockets } from './http-socket.mjs';

/**
 * A partner that speaks the H2H JSON API: one payment at a time on each connection.
 * @param {import('../load.mjs').Order} order
 * @param {number} count how many payments may be under way
 * @returns {Promise<import('../load.mjs').Slot[]>}
 */
export async function openSlots(order, count) {
  const sockets = await httpSockets(order, count);
  return sockets.map((socket) => ({
    pay(reference, offer, onAnswer) {
      socket.send(paymentRequest(order, reference, offer), onAnswer);
    },
    end: () => socket.end(),
  }));
}

/**
 * @param {import('../load.mjs').Order} order
 * @param {string} reference
 * @param {[string, string]} offer
 */
function paymentRequest({ channelId, secret, host }, reference, [inquiryId, total]) {
  const body = JSON.stringify({ reference, inquiryId, total });
  const timestamp = new Date().toISOString();
  const text = `POST\n/v1/payments\n${timestamp}\n${hash('sha256', body, 'hex')}`;
  const signature = createHmac('sha256', secret ?? '')
    .update(text)
    .digest('base64');
  return (
    `POST /v1/payments HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nX-Channel-Id: ${channelId}\r\nX-Timestamp: ${timestamp}\r\n` +
    `X-Signature: ${signature}\r\n\r\n${body}`
  );
}
