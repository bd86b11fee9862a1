import { BadRequestException, Controller, Get, Query } from '@nestjs/common';

import { PaymentBook } from './payment-book';

/** One thing a biller really did; `amount` is rupiah in digits, without the switch's fees. */
export type TruthRow = {
  readonly biller: string;
  readonly legReference: string;
  readonly customerNumber: string;
  readonly amount: string;
  readonly kind: 'paid' | 'reversed';
  readonly at: string;
  /** Of `reversed`: the biller cancelled it by itself, unasked. Left out otherwise. */
  readonly isUnasked?: true;
};

/** What the billers really did, for anyone who wants to compare it with what the switch believes. */
@Controller('truth')
export class TruthController {
  constructor(private readonly book: PaymentBook) {}

  /** @param since how many of the first rows to leave out; the list only ever grows. */
  @Get()
  truth(@Query('since') since = '0'): TruthRow[] {
    if (!/^\d{1,15}$/.test(since))
      throw new BadRequestException(`since=${since} is not a count of rows; write for example ?since=120.`);
    return this.book
      .moved()
      .slice(Number(since))
      .map((entry) => ({
        biller: entry.biller,
        legReference: entry.legReference,
        customerNumber: entry.customerNumber,
        amount: entry.amount,
        kind: entry.kind,
        at: entry.at,
        ...(entry.kind === 'reversed' && entry.isUnasked && { isUnasked: true }),
      }));
  }
}
