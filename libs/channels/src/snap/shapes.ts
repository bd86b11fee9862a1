import type { Served, SnapProfile } from './profile';

/**
 * How a question about a bill, or an order to pay it, differs between its two services: 24 and 25 as a bank sends them
 * to the holder of the bill, 32 and 33 as a channel sends them to a bank.
 */
export interface Shape {
  service: Served;
  /** The member that carries the caller's own number of it. */
  number: 'inquiryRequestId' | 'paymentRequestId' | 'partnerReferenceNo';
  /** The member of the answer that holds the data. */
  dataName: (profile: SnapProfile) => string;
  /** Members of the request that the answer repeats as they came. */
  echoed: readonly string[];
}

const OF_A_PAYMENT = [
  'virtualAccountEmail',
  'virtualAccountPhone',
  'paidBills',
  'trxDateTime',
  'referenceNo',
  'journalNum',
  'paymentType',
  'flagAdvise',
];

export const INQUIRY_SHAPES = {
  inquiry: {
    service: 'inquiry',
    number: 'inquiryRequestId',
    dataName: () => 'virtualAccountData',
    echoed: ['inquiryRequestId'],
  },
  inquiryIntrabank: {
    service: 'inquiryIntrabank',
    number: 'partnerReferenceNo',
    dataName: ({ answers }) => answers.intrabankData,
    echoed: ['partnerReferenceNo', 'sourceAccountNo', 'sourceAccountType'],
  },
} as const satisfies Record<string, Shape>;

export const PAYMENT_SHAPES = {
  payment: {
    service: 'payment',
    number: 'paymentRequestId',
    dataName: () => 'virtualAccountData',
    echoed: ['paymentRequestId', 'trxId', ...OF_A_PAYMENT],
  },
  paymentIntrabank: {
    service: 'paymentIntrabank',
    number: 'partnerReferenceNo',
    dataName: ({ answers }) => answers.intrabankData,
    echoed: [
      'partnerReferenceNo',
      'inquiryRequestId',
      'sourceAccountNo',
      'sourceAccountType',
      ...OF_A_PAYMENT,
    ],
  },
} as const satisfies Record<string, Shape>;

/** Whether a service orders payments. */
export function isPayment(service: Served | undefined): service is keyof typeof PAYMENT_SHAPES {
  return service === 'payment' || service === 'paymentIntrabank';
}
