/**
 * Numbers that a seed decides: the same seed gives the same plan.
 * @param {number} seed
 */
export function randomFrom(seed) {
  let state = seed >>> 0;
  // mulberry32: small, and good enough to choose faults with.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
  /** @param {number} from @param {number} to inclusive */
  const between = (from, to) => from + Math.floor(next() * (to - from + 1));
  return {
    between,
    /** @param {number} share from 0 to 1 */
    chance: (share) => next() < share,
    /**
     * @template T
     * @param {readonly T[]} list not empty
     * @returns {T}
     */
    pick: (list) => /** @type {T} */ (list[between(0, list.length - 1)]),
    /**
     * Picks by weight.
     * @template T
     * @param {readonly (readonly [T, number])[]} weighted
     * @returns {T}
     */
    weighted(weighted) {
      let left = next() * weighted.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of weighted) if ((left -= weight) < 0) return value;
      return /** @type {readonly [T, number]} */ (weighted[0])[0];
    },
    /**
     * @template T
     * @param {readonly T[]} list
     * @returns {T[]}
     */
    shuffled(list) {
      const copy = [...list];
      for (let at = copy.length - 1; at > 0; at -= 1) {
        const other = between(0, at);
        [copy[at], copy[other]] = [/** @type {T} */ (copy[other]), /** @type {T} */ (copy[at])];
      }
      return copy;
    },
  };
}

/** @typedef {ReturnType<typeof randomFrom>} Random */
