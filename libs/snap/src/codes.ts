import { RESPONSE_CODES, type ResponseCode } from '#lib/kernel';

/**
 * Every case of the standard: HTTP status and case code, its message, and whose matter it is (S system, M message,
 * B business). The service code stands between the two on the wire. Spelling as printed there.
 * @see SNAP, response codes.
 */
export const SNAP_CASES = {
  '20000': ['Successful', 'S'],
  '20200': ['Request In Progress', 'S'],
  '40000': ['Bad Request', 'S'],
  '40001': ['Invalid Field Format', 'M'],
  '40002': ['Invalid Mandatory Field', 'M'],
  '40100': ['Unauthorized.', 'S'],
  '40101': ['Invalid Token (B2B)', 'S'],
  '40102': ['Invalid Customer Token', 'S'],
  '40103': ['Token Not Found (B2B)', 'S'],
  '40104': ['Customer Token Not Found', 'S'],
  '40300': ['Transaction Expired', 'B'],
  '40301': ['Feature Not Allowed', 'S'],
  '40302': ['Exceeds Transaction Amount Limit', 'B'],
  '40303': ['Suspected Fraud', 'B'],
  '40304': ['Activity Count Limit Exceeded', 'B'],
  '40305': ['Do Not Honor', 'B'],
  '40306': ['Feature Not Allowed At This Time.', 'S'],
  '40307': ['Card Blocked', 'B'],
  '40308': ['Card Expired', 'B'],
  '40309': ['Dormant Account', 'B'],
  '40310': ['Need To Set Token Limit', 'B'],
  '40311': ['OTP Blocked', 'S'],
  '40312': ['OTP Lifetime Expired', 'S'],
  '40313': ['OTP Sent To Cardholer', 'S'],
  '40314': ['Insufficient Funds', 'B'],
  '40315': ['Transaction Not Permitted.', 'B'],
  '40316': ['Suspend Transaction', 'B'],
  '40317': ['Token Limit Exceeded', 'B'],
  '40318': ['Inactive Card/Account/Customer', 'B'],
  '40319': ['Merchant Blacklisted', 'B'],
  '40320': ['Merchant Limit Exceed', 'B'],
  '40321': ['Set Limit Not Allowed', 'B'],
  '40322': ['Token Limit Invalid', 'B'],
  '40323': ['Account Limit Exceed', 'B'],
  '40400': ['Invalid Transaction Status', 'B'],
  '40401': ['Transaction Not Found', 'B'],
  '40402': ['Invalid Routing', 'S'],
  '40403': ['Bank Not Supported By Switch', 'S'],
  '40404': ['Transaction Cancelled', 'B'],
  '40405': ['Merchant Is Not Registered For Card Registration Services', 'B'],
  '40406': ['Need To Request OTP', 'S'],
  '40407': ['Journey Not Found', 'S'],
  '40408': ['Invalid Merchant', 'B'],
  '40409': ['No Issuer', 'B'],
  '40410': ['Invalid API Transition', 'S'],
  '40411': ['Invalid Card/Account/Customer/Virtual Account', 'B'],
  '40412': ['Invalid Bill/Virtual Account', 'B'],
  '40413': ['Invalid Amount', 'B'],
  '40414': ['Paid Bill', 'B'],
  '40415': ['Invalid OTP', 'S'],
  '40416': ['Partner Not Found', 'B'],
  '40417': ['Invalid Terminal', 'B'],
  '40418': ['Inconsistent Request', 'B'],
  '40419': ['Invalid Bill/Virtual Account', 'B'],
  '40500': ['Requested Function Is Not Supported', 'S'],
  '40501': ['Requested Opearation Is Not Allowed', 'B'],
  '40900': ['Conflict', 'S'],
  '40901': ['Duplicate partnerReferenceNo', 'S'],
  '42900': ['Too Many Requests', 'S'],
  '50000': ['General Error', 'S'],
  '50001': ['Internal Server Error', 'S'],
  '50002': ['External Server Error', 'S'],
  '50400': ['Timeout', 'S'],
} as const satisfies Record<string, readonly [message: string, category: 'S' | 'M' | 'B']>;

/** A case of the standard: HTTP status and case code, without the service code between them. */
export type SnapCase = keyof typeof SNAP_CASES;

/** A response code taken apart. The service code may hold letters: banks have services of their own. */
export interface SnapCode {
  http: string;
  service: string;
  caseCode: string;
}

/**
 * Writes a response code: HTTP status, service code, case code.
 * @param service two characters.
 */
export function responseCode(snapCase: SnapCase, service: string): string {
  return `${snapCase.slice(0, 3)}${service}${snapCase.slice(3)}`;
}

/** Reads a response code; the middle is not taken for a number. @returns undefined where it is none. */
export function readResponseCode(text: string): SnapCode | undefined {
  const parts = /^(\d{3})([0-9A-Z]{2})(\d{2})$/.exec(text);
  return parts ? { http: parts[1] ?? '', service: parts[2] ?? '', caseCode: parts[3] ?? '' } : undefined;
}

/** The case an answer of the switch is told as. */
export function caseOf(code: ResponseCode): SnapCase {
  const [http, caseCode] = RESPONSE_CODES[code].snap;
  return isSnapCase(http + caseCode) ? ((http + caseCode) as SnapCase) : '50000';
}

/** Whether the standard knows this HTTP status with this case code. */
export function isSnapCase(text: string): text is SnapCase {
  return Object.hasOwn(SNAP_CASES, text);
}

/** A message with what is to blame, as the standard writes it: `Invalid Mandatory Field {customerNo}`. */
export function responseMessage(snapCase: SnapCase, blame?: string): string {
  const [message] = SNAP_CASES[snapCase];
  if (blame === undefined) return message;
  return snapCase === '40001' || snapCase === '40002' ? `${message} {${blame}}` : `${message} [${blame}]`;
}
