import { RESPONSE_CODES, type Refusal } from '#lib/kernel';
import { isSettled, type Payment } from '#lib/switching';
import type { HttpDialect } from '../http/dialect';
import type { SignedRequest } from './door';
import { maskedBody } from './masked-message';

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

/**
 * The problem a refusal is told as. `detail` names the remedy only where the request's form is to blame, and the limit
 * where one that was agreed on is reached; everything else an operator needs stays in our log.
 */
export function problemOf({ code, detail, field }: Refusal, payment?: Payment): Problem {
  const { http, id, en } = RESPONSE_CODES[code];
  const isOfProduct =
    code === 'CUSTOMER_NUMBER_INVALID' || (code === 'AMOUNT_MISMATCH' && field === 'amount');
  const isFormFault = code === 'REQUEST_MALFORMED' || isOfProduct;
  const isAgreed = code === 'DAY_LIMIT_REACHED';
  return {
    type: 'about:blank',
    title: en,
    status: http,
    detail: isFormFault && detail !== '' ? `${field ?? 'request'}: ${detail}` : isAgreed ? detail : en,
    code,
    message: { id, en },
    ...(field === undefined ? {} : { field }),
    final: payment ? isSettled(payment) : RESPONSE_CODES[code].final,
    formed: payment !== undefined,
    ...(payment ? { paymentId: payment.paymentId } : {}),
  };
}

/** How the H2H API refuses: problem details, with the type alone, for RFC 9457 defines no charset. */
export const h2hDialect = (jsonDepthMax: number): HttpDialect => ({
  speaksAt: (path) => path.startsWith('/v1/'),
  mayForm: ({ method, url }) => method === 'POST' && url.startsWith('/v1/payments'),
  refusal(refusal, _call, payment) {
    const problem = problemOf(refusal, payment);
    return {
      status: problem.status,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify(problem),
    };
  },
  said(request) {
    const { channelId, body } = request as Partial<SignedRequest>;
    if (channelId === undefined) return {};
    return { channelId, ...(Buffer.isBuffer(body) ? { said: maskedBody(body, jsonDepthMax) } : {}) };
  },
});
