import { createHmac, createPrivateKey, hash, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { httpSockets } from './http-socket.mjs';

const PREPAID_PREFIX = '11';

/**
 * A bank that speaks SNAP: one payment at a time on each connection, all under one token.
 * @param {import('../load.mjs').Order} order
 * @param {number} count how many payments may be under way
 * @returns {Promise<import('../load.mjs').Slot[]>}
 */
export async function openSlots(order, count) {
  const token = await askToken(order);
  const sockets = await httpSockets(order, count);
  return sockets.map((socket) => ({
    // The bank's number of the inquiry is that of its payment, so the offer's name stands for both.
    pay(_reference, offer, onAnswer) {
      socket.send(paymentRequest(order, token, offer), onAnswer);
    },
    end: () => socket.end(),
  }));
}

/** @param {import('../load.mjs').Order} order @returns {Promise<string>} */
async function askToken({ host, port, bank }) {
  const timestamp = jakartaNow();
  const key = createPrivateKey(readFileSync(bank.privateKeyFile));
  const answer = await fetch(`http://${host}:${port}${bank.basePath}/access-token/b2b`, {
    method: 'POST',
    body: '{"grantType":"client_credentials"}',
    headers: {
      'Content-Type': 'application/json',
      'X-TIMESTAMP': timestamp,
      'X-CLIENT-KEY': bank.clientKey,
      'X-SIGNATURE': sign('sha256', Buffer.from(`${bank.clientKey}|${timestamp}`), key).toString('base64'),
    },
  });
  const { accessToken, responseMessage } = await answer.json();
  if (!accessToken) throw new Error(`no token: ${responseMessage}`);
  return accessToken;
}

let externalIds = 0;

/**
 * @param {import('../load.mjs').Order} order
 * @param {string} token
 * @param {[string, string]} offer
 */
function paymentRequest({ host, bank, customerNumber }, token, [number, total]) {
  const customerNo = PREPAID_PREFIX + customerNumber;
  const amount = { value: `${total}.00`, currency: 'IDR' };
  const timestamp = jakartaNow();
  const body = JSON.stringify({
    partnerServiceId: bank.partnerServiceId,
    customerNo,
    virtualAccountNo: bank.partnerServiceId + customerNo,
    virtualAccountName: 'DIMAS HALIM',
    paymentRequestId: number,
    paidAmount: amount,
    totalAmount: amount,
    trxDateTime: timestamp,
    referenceNo: '000000000001',
    flagAdvise: 'N',
  });
  const target = `${bank.basePath}/transfer-va/payment`;
  const text = `POST:${target}:${token}:${hash('sha256', body, 'hex')}:${timestamp}`;
  const signature = createHmac('sha512', bank.clientSecret).update(text).digest('base64');
  externalIds += 1;
  return (
    `POST ${target} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nAuthorization: Bearer ${token}\r\nX-TIMESTAMP: ${timestamp}\r\n` +
    `X-SIGNATURE: ${signature}\r\nX-PARTNER-ID: ${bank.partnerId}\r\n` +
    `X-EXTERNAL-ID: ${process.pid}${Date.now()}${String(externalIds).padStart(7, '0')}\r\n` +
    `CHANNEL-ID: ${bank.channelId}\r\n\r\n${body}`
  );
}

function jakartaNow() {
  return `${new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00`;
}
