import { hash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

const LINES = 16;
const PREPAID_CODE = '053502';
/** DE 3, 4, 7, 11, 12, 13, 18, 32, 37, 41, 48, 49; DE 7, 11, 32, 70. */
const PAYMENT_BITMAP = '3238400108818000';
const SIGN_ON_BITMAP = '82200001000000000400000000000000';
/** Where an answer's DE 11 stands, and its DE 32 with the length that DE 37 and DE 39 come after. */
const STAN_AT = 48;
const INSTITUTION_AT = 68;

/**
 * A bank that speaks ISO 8583 over a few lines, with many payments under way on each.
 * @param {import('../load.mjs').Order} order
 * @param {number} count how many payments may be under way
 * @returns {Promise<import('../load.mjs').Slot[]>}
 */
export async function openSlots(order, count) {
  const lines = await Promise.all(Array.from({ length: LINES }, () => openLine(order)));
  const run = hash('sha256', order.prefix, 'hex').slice(0, 5).toUpperCase();
  return Array.from({ length: count }, (_, at) => {
    const line = lines[at % LINES];
    return {
      pay(reference, offer, onAnswer) {
        const rrn = run + (reference.split('-').at(-1) ?? '').padStart(7, '0');
        line?.send((stan) => payment(order, stan, rrn, offer), onAnswer);
      },
      end: () => line?.end(),
    };
  });
}

/** @param {import('../load.mjs').Order} order */
async function openLine({ host, port, bank }) {
  const socket = connect(port, host).setNoDelay(true);
  await once(socket, 'connect');
  /** @type {Map<string, (code: string) => void>} */
  const waiting = new Map();
  let received = Buffer.alloc(0);
  let stans = 0;
  socket.on('error', () => undefined);
  socket.on('close', () => waiting.forEach((onAnswer) => onAnswer('cut')));
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    let at = 0;
    for (; at + 2 <= received.length;) {
      const end = at + 2 + received.readUInt16BE(at);
      if (end > received.length) break;
      heard(received.toString('latin1', at + 2, end));
      at = end;
    }
    received = received.subarray(at);
  });

  /** @param {string} message */
  const heard = (message) => {
    const isNetwork = message.startsWith('08');
    if (isNetwork && message[2] === '0') return;
    const stan = isNetwork ? '000000' : message.slice(STAN_AT, STAN_AT + 6);
    const codeAt = INSTITUTION_AT + 2 + Number(message.slice(INSTITUTION_AT, INSTITUTION_AT + 2)) + 12;
    const onAnswer = waiting.get(stan);
    waiting.delete(stan);
    onAnswer?.(isNetwork ? '00' : message.slice(codeAt, codeAt + 2));
  };

  const signedOn = new Promise((resolve) => waiting.set('000000', resolve));
  const institution = String(bank.institutionCode.length).padStart(2, '0') + bank.institutionCode;
  write(socket, `0800${SIGN_ON_BITMAP}${compactUtc().slice(4)}000000${institution}001`);
  await signedOn;
  return {
    /** @param {(stan: string) => string} messageOf @param {(status: string) => void} onAnswer */
    send(messageOf, onAnswer) {
      stans = (stans % 999_999) + 1;
      const stan = String(stans).padStart(6, '0');
      waiting.set(stan, (code) => onAnswer(code === '00' ? '200' : code));
      write(socket, messageOf(stan));
    },
    end: () => socket.destroy(),
  };
}

/**
 * @param {import('../load.mjs').Order} order
 * @param {string} stan
 * @param {string} rrn
 * @param {[string, string]} offer
 */
function payment({ bank, customerNumber }, stan, rrn, [inquiryId, total]) {
  const now = compactUtc();
  const tags = [
    ['PI', PREPAID_CODE],
    ['CN', customerNumber ?? ''],
    ['IQ', inquiryId],
  ];
  const data = tags.map(([tag, value = '']) => tag + String(value.length).padStart(2, '0') + value).join('');
  const { institutionCode } = bank;
  return (
    `0200${PAYMENT_BITMAP}500000${`${total}00`.padStart(12, '0')}${now.slice(4)}${stan}${now.slice(8)}${now.slice(4, 8)}` +
    `6011${String(institutionCode.length).padStart(2, '0')}${institutionCode}${rrn}ATM00001` +
    `${String(data.length).padStart(3, '0')}${data}360`
  );
}

/** `yyyyMMddhhmmss` in UTC. */
function compactUtc() {
  return new Date().toISOString().replace(/\D/g, '').slice(0, 14);
}

/** @param {import('node:net').Socket} socket @param {string} message */
function write(socket, message) {
  const frame = Buffer.allocUnsafe(2 + message.length);
  frame.writeUInt16BE(message.length);
  frame.write(message, 2, 'latin1');
  socket.write(frame);
}
