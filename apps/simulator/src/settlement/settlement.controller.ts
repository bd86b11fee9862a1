import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  HttpException,
  HttpStatus,
  Param,
  Post,
} from '@nestjs/common';
import { z } from 'zod';

import { isCalendarDate } from '../jakarta';
import { FAULT_KINDS, type Fault, isFileFault } from './faults';
import { type Dropped, type DropRefusal, SettlementDesk } from './settlement-desk';

const fault = z
  .strictObject({ kind: z.enum(FAULT_KINDS), count: z.int().min(1).max(10_000).default(1) })
  .refine(({ kind, count }) => !isFileFault(kind) || count === 1, {
    message: 'a fault of the whole file has count 1',
    path: ['count'],
  });
const order = z.strictObject({
  faults: z
    .array(fault)
    .max(50)
    .default([])
    .refine((faults) => faults.filter(({ kind }) => isFileFault(kind)).length <= 1, {
      message: 'only one fault of the whole file fits one file',
    }),
});

const STATUS: Record<DropRefusal['code'], HttpStatus> = {
  SOURCE_UNKNOWN: HttpStatus.NOT_FOUND,
  TOO_FEW_ROWS: HttpStatus.UNPROCESSABLE_ENTITY,
  DAY_FULL: HttpStatus.CONFLICT,
};

/** Lets a check say when a biller writes its settlement file, and what is wrong with it. */
@Controller('settlement')
export class SettlementController {
  constructor(private readonly desk: SettlementDesk) {}

  @Post(':source/:businessDate')
  @HttpCode(200)
  settle(
    @Param('source') source: string,
    @Param('businessDate') businessDate: string,
    @Body() body: unknown,
  ): Dropped {
    if (!isCalendarDate(businessDate))
      throw new BadRequestException(
        `"${businessDate}" is not a business date; write for example 2026-07-14.`,
      );
    const outcome = this.desk.settle(source, businessDate, readFaults(body));
    if (outcome.ok) return outcome.value;
    throw new HttpException(
      { code: outcome.error.code, message: outcome.error.message },
      STATUS[outcome.error.code],
    );
  }
}

/** Reads the body, which may be left out. */
function readFaults(body: unknown): readonly Fault[] {
  const text = Buffer.isBuffer(body) ? body.toString('utf8').trim() : '';
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new BadRequestException(
      'The body is not JSON; leave it out or write {"faults":[{"kind":"missing","count":2}]}.',
    );
  }
  const parsed = order.safeParse(value);
  if (parsed.success) return parsed.data.faults;
  const [issue] = parsed.error.issues;
  throw new BadRequestException(
    `${issue?.path.join('.') || 'body'}: ${issue?.message}; kinds are ${FAULT_KINDS.join(', ')}.`,
  );
}
