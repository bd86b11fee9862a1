import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  businessDateOf,
  Clock,
  isPaymentId,
  JAKARTA_MIDNIGHT,
  normalizePaymentId,
  refusal,
  rupiahFromText,
  type Refusal,
  type Result,
} from '#lib/kernel';
import { Catalog } from '#lib/catalog';
import { depositBalance, depositMutations } from '#lib/ledger';
import type { Statements } from '#lib/platform';
import {
  answerTo,
  DirectPaymentFlow,
  InquiryFlow,
  isSettled,
  PaymentFlow,
  Payments,
  ReceiptFlow,
  ReversalFlow,
  Reversals,
  type Answer,
  type Payment,
} from '#lib/switching';
import { isLate } from '../http/intake';
import { RefusedRequest } from '../http/refused-request';
import { H2hDoor, type SignedRequest } from './door';
import type { H2hLimits } from './limits';
import {
  presentBalance,
  presentInquiry,
  presentMutation,
  presentOpenPayment,
  presentPayment,
  presentProduct,
  presentStanding,
  presentStamp,
} from './presenter';
import {
  contentHashOf,
  DirectPaymentBody,
  InquiryBody,
  MutationsQuery,
  NoQuery,
  OpenPaymentsQuery,
  parseMembers,
  PaymentBody,
  ReceiptQuery,
  ReferenceQuery,
  ReversalBody,
  StampBody,
} from './requests';
import { SerialStamping } from './stamping';
import { readJsonObject } from './strict-json';
import { H2H_LIMITS, STATEMENTS } from './tokens';

/** The H2H JSON API, version 1. It translates and answers; the flows decide. */
@Controller('v1')
@UseGuards(H2hDoor)
export class H2hController {
  constructor(
    @Inject(InquiryFlow) private readonly inquiries: InquiryFlow,
    @Inject(PaymentFlow) private readonly paying: PaymentFlow,
    @Inject(DirectPaymentFlow) private readonly payingUnasked: DirectPaymentFlow,
    @Inject(ReversalFlow) private readonly reversing: ReversalFlow,
    @Inject(ReceiptFlow) private readonly receipts: ReceiptFlow,
    @Inject(SerialStamping) private readonly stamping: SerialStamping,
    @Inject(Payments) private readonly payments: Payments,
    @Inject(Reversals) private readonly reversals: Reversals,
    @Inject(Catalog) private readonly catalog: Catalog,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(H2H_LIMITS) private readonly limits: H2hLimits,
    @Inject(STATEMENTS) private readonly statements: Statements,
  ) {}

  @Get('products')
  products(@Req() request: SignedRequest, @Query() query: unknown): object {
    accepted(parseMembers(NoQuery, query));
    const now = this.clock.now();
    const sold = this.catalog.soldProducts(request.channelId, now);
    return { products: sold.map((one) => presentProduct(one, this.catalog, now)) };
  }

  @Post('inquiries')
  @HttpCode(200)
  async inquire(@Req() request: SignedRequest, @Query() query: unknown): Promise<object> {
    accepted(parseMembers(NoQuery, query));
    const body = accepted(parseMembers(InquiryBody, this.members(request)));
    const answer = await this.inquiries.inquire({
      channelId: request.channelId,
      reference: body.reference,
      productId: body.product,
      customerNumber: body.customerNumber,
      amount: body.amount === undefined ? undefined : rupiahFromText(body.amount),
      billCount: body.billCount,
      months: body.months,
      year: body.year,
      extra: body.extra,
      terminal: body.terminal,
      answerWithinMs: request.profile.answerWithinMs,
    });
    if (answer.kind === 'offer') return presentInquiry(answer.inquiry);
    throw refusedBy(answer);
  }

  @Post('payments')
  async pay(
    @Req() request: SignedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: unknown,
  ): Promise<object> {
    accepted(parseMembers(NoQuery, query));
    const members = this.members(request);
    const answer =
      'product' in members
        ? await this.payUnasked(request, accepted(parseMembers(DirectPaymentBody, members)))
        : await this.payOffer(request, accepted(parseMembers(PaymentBody, members)));
    if (answer.kind !== 'payment') throw refusedBy(answer);
    if (answer.isRepeat) void reply.header('Idempotent-Replayed', 'true');
    return answered(reply, answer.payment);
  }

  @Get('payments')
  async find(
    @Req() request: SignedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() rawQuery: unknown,
  ): Promise<object> {
    if (hasMember(rawQuery, 'reference')) {
      const { reference } = accepted(parseMembers(ReferenceQuery, rawQuery));
      const payment = known(await this.payments.findByReference(request.channelId, reference));
      return answered(reply, payment, presentStanding);
    }
    const query = accepted(parseMembers(OpenPaymentsQuery, rawQuery));
    const rowsMax = this.limits.pageRowsMax;
    const page = [request.channelId, query.cursor ?? '', rowsMax] as const;
    const [unknown, undoing] = await Promise.all([
      this.payments.findOpen(...page),
      this.reversals.findUndoing(...page),
    ]);
    const open = [...unknown.map((payment) => ({ payment, reversal: undefined })), ...undoing]
      .sort((one, other) => (one.payment.paymentId < other.payment.paymentId ? -1 : 1))
      .slice(0, rowsMax);
    return {
      payments: open.map(({ payment, reversal }) => presentOpenPayment(payment, reversal)),
      next: open.length < rowsMax ? null : (open.at(-1)?.payment.paymentId ?? null),
    };
  }

  @Get('payments/:paymentId')
  async show(
    @Req() request: SignedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('paymentId') typed: string,
    @Query() query: unknown,
  ): Promise<object> {
    accepted(parseMembers(NoQuery, query));
    const paymentId = normalizePaymentId(typed);
    const payment = known(
      isPaymentId(paymentId) ? await this.payments.findById(request.channelId, paymentId) : undefined,
    );
    return answered(reply, payment, presentStanding);
  }

  @Get('payments/:paymentId/receipt')
  async receipt(
    @Req() request: SignedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('paymentId') typed: string,
    @Query() rawQuery: unknown,
  ): Promise<Buffer> {
    const { format, language = 'id' } = accepted(parseMembers(ReceiptQuery, rawQuery));
    const { channelId } = request;
    const paymentId = normalizePaymentId(typed);
    const payment = known(
      isPaymentId(paymentId) ? await this.payments.findById(channelId, paymentId) : undefined,
    );
    const askedBy = `channel:${channelId}`;
    const handedOut = await this.receipts.handOut(payment, { format, language, askedBy });
    if (!handedOut.ok) throw new RefusedRequest(handedOut.error, payment);
    const { contentType, body, copyNo, isReissued } = handedOut.value;
    void reply.header('content-type', contentType).header('receipt-copy', String(copyNo));
    if (isReissued) void reply.header('receipt-reissued', 'true');
    return body;
  }

  @Post('payments/:paymentId/reversal')
  async reverse(
    @Req() request: SignedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('paymentId') typed: string,
    @Query() query: unknown,
  ): Promise<object> {
    accepted(parseMembers(NoQuery, query));
    const paymentId = normalizePaymentId(typed);
    const body = accepted(parseMembers(ReversalBody, this.members(request)));
    if (!isPaymentId(paymentId))
      throw new RefusedRequest(refusal('PAYMENT_UNKNOWN', 'not the form of a Payment ID'));
    const answer = await this.reversing.reverse({
      channelId: request.channelId,
      paymentId,
      reference: body.reference,
      reason: body.reason,
      contentHash: contentHashOf({ ...body, paymentId }),
      answerWithinMs: request.profile.answerWithinMs,
    });
    if (answer.kind !== 'payment') throw refusedBy(answer);
    if (answer.isRepeat) void reply.header('Idempotent-Replayed', 'true');
    return answered(reply, answer.payment);
  }

  @Post('meterai/:serial/stamp')
  async stamp(
    @Req() request: SignedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('serial') serial: string,
    @Query() query: unknown,
  ): Promise<object> {
    accepted(parseMembers(NoQuery, query));
    const body = accepted(parseMembers(StampBody, this.members(request)));
    if (!SERIAL.test(serial))
      throw new RefusedRequest(refusal('PAYMENT_UNKNOWN', 'not the form of a serial'));
    const { channelId, profile } = request;
    const { answerWithinMs } = profile;
    const { order, isRepeat } = accepted(
      await this.stamping.stamp({ channelId, serial, ...body, answerWithinMs }),
    );
    if (isRepeat) void reply.header('Idempotent-Replayed', 'true');
    void reply.status(order.state === 'ORDERED' ? 202 : 200);
    return presentStamp(order);
  }

  @Get('balance')
  async balance(@Req() request: SignedRequest, @Query() query: unknown): Promise<object> {
    accepted(parseMembers(NoQuery, query));
    return presentBalance(await depositBalance(this.statements, request.channelId));
  }

  @Get('mutations')
  async mutations(@Req() request: SignedRequest, @Query() rawQuery: unknown): Promise<object> {
    const query = accepted(parseMembers(MutationsQuery, rawQuery));
    const today = businessDateOf(this.clock.now(), JAKARTA_MIDNIGHT);
    const to = query.to === undefined || query.to > today ? today : query.to;
    const from = query.from ?? to;
    if (query.from !== undefined && query.to !== undefined && query.from > query.to)
      throw new RefusedRequest(refusal('REQUEST_MALFORMED', 'must not be after `to`', 'from'));
    const rowsMax = this.limits.pageRowsMax;
    const page = await depositMutations(this.statements, {
      channelId: request.channelId,
      from,
      to,
      afterSeq: BigInt(query.cursor ?? 0),
      rowsMax,
    });
    return {
      mutations: page.map(presentMutation),
      next: page.length < rowsMax ? null : (page.at(-1)?.seq.toString() ?? null),
    };
  }

  private members(request: SignedRequest): Record<string, unknown> {
    const read = readJsonObject(request.body as Buffer, this.limits.jsonDepthMax);
    if (read.ok) return read.value;
    throw new RefusedRequest(refusal('REQUEST_MALFORMED', read.error));
  }

  private payOffer(request: SignedRequest, body: z.infer<typeof PaymentBody>): Promise<Answer> {
    const { channelId, profile } = request;
    return this.paying.pay({
      channelId,
      reference: body.reference,
      inquiryId: body.inquiryId,
      total: rupiahFromText(body.total),
      contentHash: contentHashOf(body),
      isLate: isLate(request),
      answerWithinMs: profile.answerWithinMs,
    });
  }

  /** A product that is sold without an inquiry; any other is refused, each reason by its own code. */
  private async payUnasked(request: SignedRequest, body: z.infer<typeof DirectPaymentBody>): Promise<Answer> {
    const { channelId, profile } = request;
    const { reference, product: productId, customerNumber, amount, total } = body;
    const sold = this.catalog.soldProduct(channelId, productId);
    if (sold && !sold.product.hasInquiry)
      return this.payingUnasked.pay({
        channelId,
        reference,
        productId,
        customerNumber,
        amount: rupiahFromText(amount),
        ...(total === undefined ? {} : { total: rupiahFromText(total) }),
        contentHash: contentHashOf(body),
        isLate: isLate(request),
        answerWithinMs: profile.answerWithinMs,
      });
    const payment = await this.payments.findByReference(channelId, reference);
    if (payment) return answerTo(payment, { contentHash: contentHashOf(body) });
    const why = sold
      ? refusal('INQUIRY_REQUIRED', productId, 'inquiryId')
      : refusal('PRODUCT_UNKNOWN', productId, 'product');
    return { kind: 'refused', refusal: why, payment: undefined };
  }
}

/** What a path may name. */
const SERIAL = /^[0-9A-Za-z-]{1,64}$/;

/** The value of a result, or its refusal on the way to the filter. */
function accepted<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value;
  throw new RefusedRequest(result.error);
}

function refusedBy(answer: Answer): Error {
  return answer.kind === 'refused'
    ? new RefusedRequest(answer.refusal, answer.payment)
    : new Error(`a ${answer.kind} is no answer to this call`);
}

function hasMember(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && name in value;
}

function known(payment: Payment | undefined): Payment {
  if (payment) return payment;
  throw new RefusedRequest(refusal('PAYMENT_UNKNOWN', 'not of this channel'));
}

/** 200 for a known outcome, 202 while it is in progress. */
function answered(reply: FastifyReply, payment: Payment, present = presentPayment): object {
  void reply.status(isSettled(payment) ? 200 : 202);
  return present(payment);
}
