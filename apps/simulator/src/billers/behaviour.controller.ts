import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Post,
} from '@nestjs/common';
import { z } from 'zod';

import { parsed } from '../wire/members';
import { Behaviour } from './behaviour';
import { type Biller, billerOf } from './biller';

const DELAY_MAX_MS = 120_000;
const delayMs = z.int().min(0).max(DELAY_MAX_MS);
const biller = z.string();
const wish = z.union([
  z.strictObject({ biller, mode: z.enum(['well', 'dead', 'refusing']) }),
  z.strictObject({ biller, mode: z.literal('slow'), delayMs }),
  z.strictObject({
    biller,
    customerNumber: z.string().min(1).max(64),
    call: z.enum(['inquiry', 'payment', 'advice', 'reversal']).optional(),
    code: z
      .string()
      .regex(/^[\x20-\x7e]{1,40}$/)
      .optional(),
    paid: z.boolean().default(false),
    delayMs: delayMs.default(0),
  }),
  z.strictObject({ biller }),
]);

/** Lets a check say what a biller does to one customer, or that it is ill as a whole. */
@Controller('behaviour')
export class BehaviourController {
  constructor(private readonly behaviour: Behaviour) {}

  @Get()
  list(): object[] {
    return this.behaviour.list();
  }

  @Post()
  @HttpCode(200)
  order(@Body() body: unknown): object[] {
    const read = wish.safeParse(Buffer.isBuffer(body) ? parsed(body) : undefined);
    if (!read.success)
      throw new BadRequestException(
        'Write {"biller":"pln"} with "mode" (well, dead, refusing, slow with "delayMs"), or with "customerNumber" and any of "call", "code", "paid", "delayMs".',
      );
    const whose = billerNamed(read.data.biller);
    if ('mode' in read.data) this.behaviour.setMode(whose, read.data);
    else if ('customerNumber' in read.data) {
      const { customerNumber, call, code, paid, delayMs: delay } = read.data;
      if (!this.behaviour.order(whose, { customerNumber, call, code, isPaid: paid, delayMs: delay }))
        throw new BadRequestException('There are too many orders; forget some with {"biller":"..."}.');
    } else this.behaviour.forget(whose);
    return this.behaviour.list();
  }
}

/** The biller that is meant, by its id. */
export function billerNamed(id: string): Biller {
  const found = billerOf(id);
  if (!found) throw new NotFoundException(`There is no biller "${id}"; see apps/simulator/README.md.`);
  return found;
}
