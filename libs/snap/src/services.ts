/** The services we speak, each with its code, its method and its path behind the version. @see SNAP, catalogue. */
export const SNAP_SERVICES = {
  token: { code: '73', method: 'POST', path: 'access-token/b2b' },
  inquiry: { code: '24', method: 'POST', path: 'transfer-va/inquiry' },
  payment: { code: '25', method: 'POST', path: 'transfer-va/payment' },
  status: { code: '26', method: 'POST', path: 'transfer-va/status' },
  createVa: { code: '27', method: 'POST', path: 'transfer-va/create-va' },
  updateVa: { code: '28', method: 'PUT', path: 'transfer-va/update-va' },
  updateStatus: { code: '29', method: 'PUT', path: 'transfer-va/update-status' },
  inquiryVa: { code: '30', method: 'POST', path: 'transfer-va/inquiry-va' },
  deleteVa: { code: '31', method: 'DELETE', path: 'transfer-va/delete-va' },
  inquiryIntrabank: { code: '32', method: 'POST', path: 'transfer-va/inquiry-intrabank' },
  paymentIntrabank: { code: '33', method: 'POST', path: 'transfer-va/payment-intrabank' },
  notifyPayment: { code: '34', method: 'POST', path: 'transfer-va/notify-payment-intrabank' },
  report: { code: '35', method: 'POST', path: 'transfer-va/report' },
  transferStatus: { code: '36', method: 'POST', path: 'transfer/status' },
} as const;

export type SnapService = keyof typeof SNAP_SERVICES;
