import { createHmac, hash } from 'node:crypto';
import { connect } from 'node:net';

/**
 * Offers payments at a fixed rate from a process of its own, and measures each from its planned arrival: a switch that
 * falls behind is charged for the waiting it causes. Keep-alive sockets and hand-written requests, because a load tool
 * that costs as much as the switch would measure itself.
 *
 * Told by message: { host, port, channelId, secret, perSecond (0: closed loop), inFlightMax, seconds, offers }, where
 * offers are [inquiryId, total]. An offer whose payment was refused for now (429, 503) is used again. Answers by message:
 * { done, missed, elapsedMs, cpuMs, latenciesMs, statuses }, latencies of the payments answered 200.
 */
if (process.send) process.on('message', (order) => void run(/** @type {Order} */ (order)));

/**
 * @typedef {{ host: string, port: number, channelId: string, secret: string, perSecond: number, inFlightMax: number,
 *   seconds: number, prefix: string, offers: [string, string][] }} Order
 */

/** @param {Order} order */
async function run(order) {
  const { perSecond, inFlightMax, seconds, offers } = order;
  const sockets = await Promise.all(Array.from({ length: inFlightMax }, () => openSocket(order)));
  /** @type {number[]} */
  const latencies = [];
  let done = 0;
  const left = offers.slice().reverse();
  /** @type {Record<string, number>} */
  const statuses = {};
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  let next = 0;
  let missed = 0;
  let inFlight = 0;
  let finish = () => {};
  const finished = new Promise((resolve) => (finish = () => resolve(undefined)));

  /** @param {Socket} socket @param {number} plannedAt */
  const send = (socket, plannedAt) => {
    const offer = left.pop();
    if (!offer) throw new Error('more payments were made than offers prepared');
    next += 1;
    inFlight += 1;
    socket.send(paymentRequest(order, `${order.prefix}-${next}`, offer), (status) => {
      inFlight -= 1;
      done += 1;
      if (status === '200') latencies.push(performance.now() - plannedAt);
      if (status === '429' || status === '503') left.push(offer);
      statuses[status] = (statuses[status] ?? 0) + 1;
      idle.push(socket);
      if (perSecond === 0) pump();
      else if (inFlight === 0 && performance.now() >= endsAt) finish();
    });
  };
  const idle = [...sockets];
  const pump = () => {
    while (idle.length > 0 && performance.now() < endsAt) {
      const socket = idle.pop();
      if (socket) send(socket, performance.now());
    }
    if (inFlight === 0) finish();
  };

  if (perSecond === 0) pump();
  else {
    let planned = 0;
    const total = Math.floor(perSecond * seconds);
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));
      for (; planned < due; planned += 1) {
        const socket = idle.pop();
        if (socket) send(socket, startedAt + (planned / perSecond) * 1_000);
        else missed += 1;
      }
      if (planned < total) return;
      clearInterval(timer);
      if (inFlight === 0) finish();
    }, 1);
  }
  await finished;
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  for (const socket of sockets) socket.end();
  const cpuMs = (user + system) / 1_000;
  const report = { done, missed, elapsedMs, cpuMs, latenciesMs: latencies, statuses };
  // Some hundred thousand numbers take their time; a process that goes before them takes them along.
  process.send?.(report, () => process.disconnect());
}

/**
 * @param {Order} order
 * @param {string} reference
 * @param {[string, string]} offer
 */
export function paymentRequest({ channelId, secret, host }, reference, [inquiryId, total]) {
  const body = JSON.stringify({ reference, inquiryId, total });
  const timestamp = new Date().toISOString();
  const text = `POST\n/v1/payments\n${timestamp}\n${hash('sha256', body, 'hex')}`;
  const signature = createHmac('sha256', secret).update(text).digest('base64');
  return (
    `POST /v1/payments HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nX-Channel-Id: ${channelId}\r\nX-Timestamp: ${timestamp}\r\n` +
    `X-Signature: ${signature}\r\n\r\n${body}`
  );
}

/**
 * @typedef {{ send: (request: string, onAnswer: (status: string) => void) => void, end: () => void }} Socket
 */

/**
 * @param {Order} order
 * @returns {Promise<Socket>}
 */
export function openSocket({ host, port }) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host).setNoDelay(true);
    let received = '';
    /** @type {((status: string) => void) | undefined} */
    let onAnswer;
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      const status = received.slice(9, 12);
      received = received.slice(headEnd + 4 + length);
      onAnswer?.(status);
    });
    socket.once('error', reject);
    socket.on('close', () => onAnswer?.('cut'));
    socket.once('connect', () =>
      resolve({
        send(request, answer) {
          onAnswer = answer;
          socket.write(request);
        },
        end: () => socket.destroy(),
      }),
    );
  });
}
