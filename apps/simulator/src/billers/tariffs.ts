/** A class of customers who pay the same price for one unit. */
export type TariffClass = {
  readonly tariff: string;
  /** Connected power in VA, where the trade knows it. */
  readonly power: string;
  /** Price of one unit in hundredths of a rupiah, because real tariffs have decimals. */
  readonly unitPriceSen: bigint;
  /** Rupiah for each month paid late. */
  readonly lateFee: bigint;
};

/** What a biller meters, and how much of it a household uses. */
export type Tariffs = {
  readonly classes: readonly TariffClass[];
  /** Least and most units a household uses in an average month. */
  readonly monthlyUnits: readonly [number, number];
  /** A meter reading strays from the average by fewer units than this. */
  readonly readingSpread: number;
};

/** Household electricity in kWh; prices and late fees are those PLN published for these powers. */
export const ELECTRICITY: Tariffs = {
  classes: [
    { tariff: 'R1M', power: '900', unitPriceSen: 135_200n, lateFee: 3_000n },
    { tariff: 'R1', power: '1300', unitPriceSen: 144_470n, lateFee: 5_000n },
    { tariff: 'R1', power: '2200', unitPriceSen: 144_470n, lateFee: 10_000n },
  ],
  monthlyUnits: [75, 245],
  readingSpread: 25,
};

/** Piped water in cubic metres; an invented town with invented prices. */
export const WATER: Tariffs = {
  classes: [
    { tariff: 'RUMAH TANGGA 1', power: '', unitPriceSen: 450_000n, lateFee: 5_000n },
    { tariff: 'RUMAH TANGGA 2', power: '', unitPriceSen: 560_000n, lateFee: 5_000n },
    { tariff: 'NIAGA KECIL', power: '', unitPriceSen: 720_000n, lateFee: 5_000n },
  ],
  monthlyUnits: [15, 44],
  readingSpread: 4,
};

/** Piped gas in cubic metres; invented prices. */
export const GAS: Tariffs = {
  classes: [
    { tariff: 'RT1', power: '', unitPriceSen: 420_000n, lateFee: 10_000n },
    { tariff: 'RT2', power: '', unitPriceSen: 600_000n, lateFee: 10_000n },
    { tariff: 'PK1', power: '', unitPriceSen: 650_000n, lateFee: 25_000n },
  ],
  monthlyUnits: [14, 44],
  readingSpread: 4,
};
