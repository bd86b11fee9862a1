import type { FastifyReply } from 'fastify';
import { RESPONSE_CODES, type Refusal } from '#lib/kernel';
import { isSettled, type Payment } from '#lib/switching';

/** RFC 9457 problem details with our members. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  message: { id: string; en: string };
  field?: string;
  final: boolean;
  /** Was a payment formed? At REFERENCE_REUSED this speaks of the first payment. */
  formed: boolean;
  paymentId?: string;
}

/** A refusal on its way out of a handler; the filter writes it as a problem. */
export class RefusedRequest extends Error {
  constructor(
    readonly refusal: Refusal,
    readonly payment?: Payment,
  ) {
    super(refusal.code);
  }
}

/**
 * The problem a refusal is told as. `detail` names the remedy only where the request's form is to blame;
 * everything else an operator needs stays in our log.
 */
export function problemOf({ code, detail, field }: Refusal, payment?: Payment): Problem {
  const { http, id, en } = RESPONSE_CODES[code];
  const isFormFault = code === 'REQUEST_MALFORMED' || code === 'CUSTOMER_NUMBER_INVALID';
  return {
    type: 'about:blank',
    title: en,
    status: http,
    detail: isFormFault && detail !== '' ? `${field ?? 'request'}: ${detail}` : en,
    code,
    message: { id, en },
    ...(field === undefined ? {} : { field }),
    final: payment ? isSettled(payment) : RESPONSE_CODES[code].final,
    formed: payment !== undefined,
    ...(payment ? { paymentId: payment.paymentId } : {}),
  };
}

/** Writes a problem as the answer. */
export function sendProblem(reply: FastifyReply, problem: Problem): void {
  void reply
    .status(problem.status)
    .header('content-type', 'application/problem+json')
    // As bytes, so that the framework adds no charset: RFC 9457 defines none.
    .send(Buffer.from(JSON.stringify(problem)));
}
