import type { JsonObject } from '#lib/snap';
import type { SnapAnswer } from './answer';
import { brief, echo, IDENTITY_NAMES } from './present';
import type { Served, SnapProfile } from './profile';
import type { SnapRefusal } from './refused';
import { INQUIRY_SHAPES, isPayment, PAYMENT_SHAPES } from './shapes';

/**
 * A refusal as its service tells it: with a status and a reason that the customer can be shown, and the numbers of the
 * account as they came. Where the caller is not known, or the service has no such members, the envelope stands alone; so
 * it does where a payment's message was not read, for nobody has looked what became of that payment.
 * @param body undefined where it was not read.
 */
export function refusalAnswer(
  service: Served | undefined,
  { snapCase, blame, reason }: SnapRefusal,
  profile: SnapProfile | undefined,
  body?: JsonObject,
): SnapAnswer {
  const envelope = { snapCase, ...(blame === undefined ? {} : { blame }) };
  const isInProgress = snapCase.startsWith('2');
  const isUnread = body === undefined && isPayment(service) && !isInProgress;
  const told = snapCase.startsWith('401') || isUnread ? undefined : toldBy(service);
  if (!told) return { ...envelope, members: {} };
  const dataName = profile ? told.dataName(profile) : 'virtualAccountData';
  const flag = snapCase.startsWith('5') || isInProgress ? '02' : '01';
  const data = {
    ...echo(body ?? {}, [...IDENTITY_NAMES, told.number]),
    ...told.members(flag, brief(reason, told.reasonMax)),
  };
  return { ...envelope, members: { [dataName]: data } };
}

function toldBy(service: Served | undefined) {
  switch (service) {
    case 'inquiry':
    case 'inquiryIntrabank':
      return {
        ...INQUIRY_SHAPES[service],
        reasonMax: 64,
        // An inquiry that cannot be answered has failed; it moves nothing.
        members: (_flag: string, inquiryReason: object) => ({ inquiryStatus: '01', inquiryReason }),
      };
    case 'payment':
    case 'paymentIntrabank':
      return {
        ...PAYMENT_SHAPES[service],
        reasonMax: 200,
        members: (paymentFlagStatus: string, paymentFlagReason: object) => ({
          paymentFlagStatus,
          paymentFlagReason,
        }),
      };
    case 'status':
      return {
        number: 'paymentRequestId',
        dataName: () => 'virtualAccountData',
        reasonMax: 200,
        members: (_flag: string, paymentFlagReason: object) => ({ paymentFlagReason }),
      };
    default:
      return undefined;
  }
}
