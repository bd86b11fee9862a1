/**
 * Offers payments at a fixed rate from a process of its own, and measures each from its planned arrival: a switch that
 * falls behind is charged for the waiting it causes. Keep-alive sockets and hand-written requests, because a load tool
 * that costs as much as the switch would measure itself.
 *
 * Told by message, each order: { wire, host, port, channelId, secret, perSecond (0: closed loop), inFlightMax, seconds, offers },
 * where `wire` names the protocol (a file of `wire/`; h2h when left out) and offers are [inquiryId, total]. An offer whose payment was refused for now (429, 503) is used again. Answers by message:
 * { done, missed, elapsedMs, cpuMs, latenciesMs, turnLatenciesMs, statuses }, latencies of the payments answered 200. Several
 * orders begin at one moment, when the connections of all are open. With `turns` { seconds, names } the time is cut into
 * turns that come round by name: `turnLatenciesMs` has the latencies of each name's payments by their planned arrival, and
 * an order with `onlyIn` is silent in the turns of other names.
 */
if (process.send) process.on('message', (orders) => void runAll(/** @type {Order[]} */ (orders)));

/**
 * @typedef {{ wire?: string, host: string, port: number, channelId: string, secret: string, perSecond: number,
 *   inFlightMax: number, seconds: number, prefix: string, offers: [string, string][], customerNumber?: string,
 *   bank?: any, turns?: { seconds: number, names: string[] }, onlyIn?: string }} Order
 */

/**
 * A place for one payment at a time.
 * @typedef {object} Slot
 * @property {(reference: string, offer: [string, string], onAnswer: (status: string) => void) => void} pay
 * @property {() => void} end
 */

/** @param {Order[]} orders */
async function runAll(orders) {
  const slots = await Promise.all(orders.map(slotsFor));
  const reports = await Promise.all(orders.map((order, at) => run(order, slots[at] ?? [])));
  // Some hundred thousand numbers take their time; a process that goes before them takes them along.
  process.send?.(reports, () => process.disconnect());
}

/** @param {Order} order @returns {Promise<Slot[]>} */
async function slotsFor(order) {
  const { openSlots } = await import(`./wire/${order.wire ?? 'h2h'}.mjs`);
  return openSlots(order, order.inFlightMax);
}

/** @param {Order} order @param {Slot[]} slots */
async function run(order, slots) {
  const { perSecond, seconds, offers } = order;
  /** @type {number[]} */
  const latencies = [];
  /** @type {Record<string, number[]>} */
  const turnLatencies = Object.fromEntries((order.turns?.names ?? []).map((name) => [name, []]));
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

  /** @param {Slot} slot @param {number} plannedAt */
  const send = (slot, plannedAt) => {
    const offer = left.pop();
    if (!offer) throw new Error('more payments were made than offers prepared');
    next += 1;
    inFlight += 1;
    slot.pay(`${order.prefix}-${next}`, offer, (status) => {
      inFlight -= 1;
      done += 1;
      if (status === '200') {
        const latency = performance.now() - plannedAt;
        latencies.push(latency);
        turnLatencies[turnAt(order, plannedAt - startedAt)]?.push(latency);
      }
      if (status === '429' || status === '503') left.push(offer);
      statuses[status] = (statuses[status] ?? 0) + 1;
      idle.giveBack(slot);
      if (perSecond === 0) pump();
      else if (inFlight === 0 && performance.now() >= endsAt) finish();
    });
  };
  const idle = order.onlyIn === undefined ? inTurn(slots) : lastFirst(slots);
  const pump = () => {
    while (performance.now() < endsAt) {
      const slot = idle.take();
      if (!slot) break;
      send(slot, performance.now());
    }
    if (inFlight === 0) finish();
  };

  if (perSecond === 0) pump();
  else {
    let planned = 0;
    const total = Math.floor(perSecond * seconds);
    const timer = setInterval(() => {
      // The first is planned at the start: so many have come, and one.
      const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond) + 1);
      for (; planned < due; planned += 1) {
        const turn = turnAt(order, (planned / perSecond) * 1_000);
        if (order.onlyIn !== undefined && order.onlyIn !== turn) continue;
        const slot = idle.take();
        if (slot) send(slot, startedAt + (planned / perSecond) * 1_000);
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
  for (const slot of slots) slot.end();
  const cpuMs = (user + system) / 1_000;
  return { done, missed, elapsedMs, cpuMs, latenciesMs: latencies, turnLatenciesMs: turnLatencies, statuses };
}

/** Whose turn it is so long after the start. @param {Order} order @param {number} afterMs */
function turnAt({ turns }, afterMs) {
  return turns?.names[Math.floor(afterMs / (turns.seconds * 1_000)) % turns.names.length] ?? '';
}

/**
 * Places that are free, the last one used first: no more of them are ever used than payments are under way.
 * @param {readonly Slot[]} slots
 */
function lastFirst(slots) {
  const free = [...slots];
  return { take: () => free.pop(), giveBack: (/** @type {Slot} */ slot) => void free.push(slot) };
}

/**
 * Places that are free, the one that has rested longest first: a connection that is never used is closed by the server,
 * and all of them are used when a storm begins.
 * @param {readonly Slot[]} slots
 */
function inTurn(slots) {
  const ring = [...slots];
  let first = 0;
  let free = slots.length;
  return {
    /** @returns {Slot | undefined} */
    take() {
      if (free === 0) return undefined;
      const slot = ring[first];
      first = (first + 1) % ring.length;
      free -= 1;
      return slot;
    },
    /** @param {Slot} slot */
    giveBack(slot) {
      ring[(first + free) % ring.length] = slot;
      free += 1;
    },
  };
}
