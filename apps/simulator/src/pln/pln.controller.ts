import { Body, Controller, Headers, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { BillerDesk } from '../billers/desk';
import { billerNamed } from '../billers/registry';
import { BillerSecrets } from '../settings';
import { Delivery } from '../wire/delivery';
import { inWords, openLetter } from '../wire/letter';
import {
  MALFORMED,
  readAdvice,
  readInquiry,
  readPayment,
  writeInquiryAnswer,
  writePaymentAnswer,
} from './pln.messages';

const SIGNATURE = 'X-Signature';

/** The electricity company's host-to-host service: JSON, rupiah as digits, signed with hex HMAC-SHA256. */
@Controller('billers/:biller')
export class PlnController {
  constructor(
    private readonly desk: BillerDesk,
    private readonly delivery: Delivery,
    private readonly secrets: BillerSecrets,
  ) {}

  @Post('inquiry')
  inquiry(
    @Param('biller') id: string,
    @Headers(SIGNATURE) signature: string | undefined,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): void {
    const biller = billerNamed(id, 'pln');
    const asked = readInquiry(openLetter({ body, signature }, this.secrets.of(biller), SIGNATURE, 'hex'));
    if (!asked) return this.delivery.deliver(reply, MALFORMED);
    const reaction = this.desk.inquire(biller, asked.product, asked.idpel);
    this.delivery.deliver(
      reply,
      inWords(reaction, (answer) => writeInquiryAnswer(asked, answer)),
    );
  }

  @Post('payment')
  async payment(
    @Param('biller') id: string,
    @Headers(SIGNATURE) signature: string | undefined,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const biller = billerNamed(id, 'pln');
    const order = readPayment(openLetter({ body, signature }, this.secrets.of(biller), SIGNATURE, 'hex'));
    if (!order) return this.delivery.deliver(reply, MALFORMED);
    const reaction = await this.desk.pay(biller, order);
    this.delivery.deliver(
      reply,
      inWords(reaction, (answer) => writePaymentAnswer(biller, order.legReference, answer)),
    );
  }

  @Post('advice')
  advice(
    @Param('biller') id: string,
    @Headers(SIGNATURE) signature: string | undefined,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): void {
    const biller = billerNamed(id, 'pln');
    const asked = readAdvice(openLetter({ body, signature }, this.secrets.of(biller), SIGNATURE, 'hex'));
    if (!asked) return this.delivery.deliver(reply, MALFORMED);
    const reaction = this.desk.advise(biller, asked.paymentRef, asked.idpel);
    this.delivery.deliver(
      reply,
      inWords(reaction, (answer) => writePaymentAnswer(biller, asked.paymentRef, answer)),
    );
  }
}
