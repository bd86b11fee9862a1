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

import { members, parsed, reference, rupiah } from '../wire/members';
import { billerNamed } from './behaviour.controller';
import type { Biller } from './biller';
import { Floats } from './floats';

/** Pays in beforehand at a biller that sells only from it. */
@Controller('funding')
export class FundingController {
  constructor(private readonly floats: Floats) {}

  @Get(':biller')
  balance(@Param('biller') id: string): object {
    return this.told(prefunded(id));
  }

  @Post(':biller')
  @HttpCode(200)
  payIn(@Param('biller') id: string, @Body() body: unknown): object {
    const biller = prefunded(id);
    const order = members(Buffer.isBuffer(body) ? parsed(body) : undefined, { reference, amount: rupiah });
    if (!order) throw new BadRequestException('Write {"reference":"TOP-1","amount":"5000000"}.');
    if (!this.floats.payIn(biller, order.reference, BigInt(order.amount)))
      throw new ConflictException(`${order.reference} paid in another amount.`);
    return this.told(biller);
  }

  private told(biller: Biller): object {
    return { biller: biller.id, balance: this.floats.balanceOf(biller).toString() };
  }
}

function prefunded(id: string): Biller {
  const biller = billerNamed(id);
  if (!biller.isPrefunded) throw new BadRequestException(`${id} is not paid beforehand.`);
  return biller;
}
