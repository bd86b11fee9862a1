import { Body, Controller, Headers, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { BillerDesk } from '../billers/desk';
import { billerNamed } from '../billers/registry';
import { BillerSecrets } from '../settings';
import { Delivery } from '../wire/delivery';
import { inWords, openLetter } from '../wire/letter';
import {
  MALFORMED,
  readBatal,
  readBayar,
  readCek,
  readTagihan,
  writeBatalAnswer,
  writeBayarAnswer,
  writeTagihanAnswer,
} from './tirta-jaya.messages';

const SIGNATURE = 'X-Sign';

/** The waterworks' service: JSON in Indonesian, rupiah as numbers, signed with Base64 HMAC-SHA256. */
@Controller('billers/tirta-jaya')
export class TirtaJayaController {
  private readonly biller = billerNamed('tirta-jaya', 'tirta-jaya');

  constructor(
    private readonly desk: BillerDesk,
    private readonly delivery: Delivery,
    private readonly secrets: BillerSecrets,
  ) {}

  @Post('tagihan')
  tagihan(
    @Headers(SIGNATURE) signature: string | undefined,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): void {
    const asked = readTagihan(this.open(signature, body));
    if (!asked) return this.delivery.deliver(reply, MALFORMED);
    const reaction = this.desk.inquire(this.biller, 'water', asked.noPelanggan);
    this.delivery.deliver(reply, inWords(reaction, writeTagihanAnswer));
  }

  @Post('bayar')
  async bayar(
    @Headers(SIGNATURE) signature: string | undefined,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const order = readBayar(this.open(signature, body));
    if (!order) return this.delivery.deliver(reply, MALFORMED);
    const reaction = await this.desk.pay(this.biller, order);
    this.delivery.deliver(
      reply,
      inWords(reaction, (answer) => writeBayarAnswer(order.legReference, answer)),
    );
  }

  @Post('cek')
  cek(
    @Headers(SIGNATURE) signature: string | undefined,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): void {
    const asked = readCek(this.open(signature, body));
    if (!asked) return this.delivery.deliver(reply, MALFORMED);
    const reaction = this.desk.advise(this.biller, asked.reff);
    this.delivery.deliver(
      reply,
      inWords(reaction, (answer) => writeBayarAnswer(asked.reff, answer)),
    );
  }

  @Post('batal')
  batal(
    @Headers(SIGNATURE) signature: string | undefined,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): void {
    const order = readBatal(this.open(signature, body));
    if (!order) return this.delivery.deliver(reply, MALFORMED);
    const reaction = this.desk.reverse(this.biller, order);
    this.delivery.deliver(
      reply,
      inWords(reaction, (answer) => writeBatalAnswer(order, answer)),
    );
  }

  private open(signature: string | undefined, body: unknown): unknown {
    return openLetter({ body, signature }, this.secrets.of(this.biller), SIGNATURE, 'base64');
  }
}
