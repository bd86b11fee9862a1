import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
} from '@nestjs/common';

import { isCalendarDate } from '../jakarta';
import { Drop } from '../settlement/drop';
import { type Movement, movementOrder, ReferenceUsed, SettlementAccount } from './settlement-account';
import { STATEMENT_SOURCE, statementName, statementText } from './statement';

/** Orders to the bank that holds the switch's settlement account, and its daily statement. */
@Controller('bank')
export class StatementController {
  constructor(
    private readonly account: SettlementAccount,
    private readonly drop: Drop,
  ) {}

  @Get('movements')
  movements(): readonly Movement[] {
    return this.account.all();
  }

  @Post('movements')
  @HttpCode(200)
  move(@Body() body: unknown): Movement {
    const order = movementOrder.safeParse(jsonOf(body));
    if (!order.success) {
      const [issue] = order.error.issues;
      throw new BadRequestException(`${issue?.path.join('.') || 'body'}: ${issue?.message}`);
    }
    try {
      return this.account.move(order.data);
    } catch (error) {
      if (error instanceof ReferenceUsed) throw new ConflictException(error.message);
      throw error;
    }
  }

  /** Writes a day's statement into the drop, under the day's name; a further one of the day goes on from the one before. */
  @Post('statements/:date')
  @HttpCode(200)
  state(@Param('date') date: string, @Body() body: unknown): { file: string; rows: number } {
    if (!isCalendarDate(date))
      throw new BadRequestException(`"${date}" is not a date; write for example 2026-07-14.`);
    const isWrong = (jsonOf(body) as { badTotal?: unknown } | undefined)?.badTotal === true;
    const day = this.account.day(date);
    const file = statementName(date);
    this.drop.put(STATEMENT_SOURCE, file, Buffer.from(statementText(day, isWrong ? 100n : 0n)));
    return { file, rows: day.movements.length };
  }
}

function jsonOf(body: unknown): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8').trim() : '';
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequestException('The body is not JSON.');
  }
}
