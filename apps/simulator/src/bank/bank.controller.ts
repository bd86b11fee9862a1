import { Controller, Delete, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { Delivery } from '../wire/delivery';
import { Bank, type BankAnswer, type BankReaction } from './bank';
import type { SnapCall } from '../wire/snap-caller';

/** A bank that holds virtual accounts, over SNAP: services 73, 27 to 31 and 35. */
@Controller('banks/graha/openapi/v1.0')
export class BankController {
  constructor(
    private readonly bank: Bank,
    private readonly delivery: Delivery,
  ) {}

  @Post('access-token/b2b')
  token(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const token = this.bank.caller.token(callOf(request));
    if (typeof token !== 'string') answer(reply, '73', token);
    else
      void reply.status(200).send({
        responseCode: '2007300',
        responseMessage: 'Successful',
        accessToken: token,
        tokenType: 'Bearer',
        expiresIn: '900',
      });
  }

  @Post('transfer-va/create-va')
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.serve(request, reply, '27', (body) => this.bank.create(body));
  }

  @Put('transfer-va/update-va')
  update(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.serve(request, reply, '28', (body) => this.bank.update(body));
  }

  @Put('transfer-va/update-status')
  updateStatus(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.serve(request, reply, '29', (body) => this.bank.updateStatus(body));
  }

  @Post('transfer-va/inquiry-va')
  inquire(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.serve(request, reply, '30', (body) => this.bank.inquire(body));
  }

  @Delete('transfer-va/delete-va')
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.serve(request, reply, '31', (body) => this.bank.remove(body));
  }

  @Post('transfer-va/report')
  report(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.serve(request, reply, '35', (body) => this.bank.report(body));
  }

  private serve(
    request: FastifyRequest,
    reply: FastifyReply,
    service: string,
    react: (body: unknown) => BankReaction,
  ): void {
    const call = callOf(request);
    const objection = this.bank.caller.objectionTo(call, service);
    if (objection) return answer(reply, service, objection);
    const reaction = react(parsed(call.raw));
    if ('answer' in reaction) return answer(reply, service, reaction.answer);
    reply.hijack();
    this.delivery.lose(reply.raw, reaction.how);
  }
}

function callOf(request: FastifyRequest): SnapCall {
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return { method: request.method, path: request.originalUrl, headers: request.headers, raw };
}

function parsed(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}

function answer(reply: FastifyReply, service: string, { status, caseCode, words, data }: BankAnswer): void {
  void reply.status(status).send({
    responseCode: `${status}${service}${caseCode}`,
    responseMessage: words,
    ...(data === undefined ? {} : { virtualAccountData: data }),
  });
}
