/**
 * What can befall a call to any biller, once for all connector kinds; each kind's driver says how it comes about over
 * its own wire, or why it cannot.
 *
 * `uncertain`: nothing is believed and nothing sent twice. `as shown`: the case's own outcome, in spite of it.
 */
export const MISFORTUNES = {
  silence: { faults: 'B1, B2', leaves: 'uncertain' },
  'late answer': { faults: 'B3', leaves: 'uncertain' },
  'answered twice': { faults: 'B4', leaves: 'as shown' },
  'in pieces': { faults: 'B8', leaves: 'as shown' },
  'trace number come round': { faults: 'B6', leaves: 'as shown' },
  garbage: { faults: 'B8', leaves: 'uncertain' },
  overlong: { faults: 'B8', leaves: 'uncertain' },
  'gone without a word': { faults: 'B9', leaves: 'uncertain' },
  dribble: { faults: 'B11', leaves: 'uncertain' },
  'broken connection': { faults: 'B12', leaves: 'uncertain' },
  'no business answer': { faults: 'B13', leaves: 'uncertain' },
  'not signed on': { faults: 'B22', leaves: 'not sent' },
  'hostile text': { faults: 'B23', leaves: 'as shown' },
} as const satisfies Record<string, { faults: string; leaves: 'uncertain' | 'as shown' | 'not sent' }>;

export type MisfortuneName = keyof typeof MISFORTUNES;

/**
 * The rows that are not here: another payment, amount or code in an answer (B5, B7, B14, B15, B16) are spoilt answers of
 * every driver; refused connections (B10) each driver plays as `playUnreached`; B17 is every row here, for the call
 * `reversal`; B18 to B21 and B24 are the switch's own, which no connector sees.
 */
