export { AdviceFlow } from './advice.flow';
export { AdviceLanes } from './advice.lanes';
export { AdviceLimits, LaneLimits } from './advice.limits';
export { answerTo, type Answer } from './answer';
export { customerOf, type BillHolder } from './bill-guard';
export * from './biller.contract';
export { listContradictions, type Contradiction } from './contradictions';
export {
  DecisionFlow,
  type DecidedPayment,
  type DecisionRefusal,
  type DecisionTies,
  type ListedLeg,
} from './decision.flow';
export { DirectPaymentFlow } from './direct-payment.flow';
export { Floats, NO_FLOATS, type FloatDraw } from './floats';
export { Inquiries } from './inquiries';
export { InquiryFlow } from './inquiry.flow';
export {
  foundOfferOf,
  InquiryStore,
  OFFER_COLUMNS,
  OFFER_TABLES,
  SqlInquiryStore,
  type AskedRoute,
  type FoundOffer,
  type OfferRow,
  type StoredInquiry,
} from './inquiry.store';
export { checkPaymentInvariants, checkSuccessesOnce, type BillerTruth, type TruthAround } from './invariants';
export { offerFromJson, offerToJson, splitOf, type FeeSplit, type Offer, type SaleOutlet } from './offer';
export { listOpenPayments, type OpenPayment } from './open-payments';
export { findPayments, type FoundBy, type FoundPayment, type PaymentSearch } from './payment.search';
export { listOpenReversals, type OpenReversal } from './open-reversals';
export { isSettled, moneyOf, toldNumbersOf, type Payment } from './payment';
export { PaymentFlow } from './payment.flow';
export { openingRows } from './payment.writes';
export { PaymentOpening } from './payment.opening';
export { paymentOf, refusedLegsOf, selectPayment, type PaymentRow } from './payment.rows';
export { isCharged, isFinal, statusOf, type PaymentState } from './payment.states';
export {
  PaymentStore,
  type AdviceClaim,
  type ClaimedPayment,
  type NextAdvice,
  type RefusedLeg,
} from './payment.store';
export { SqlPaymentStore } from './payment.store.sql';
export { Payments } from './payments';
export type { FormedAlongside, PaymentRequest } from './payment.request';
export type { DirectPaymentRequest, InquiryRequest, ReversalRequest } from './requests';
export { ResendFlow, type ResendTools } from './resend.flow';
export {
  objectionToResend,
  resendRow,
  Resends,
  takeBackResend,
  type ResendObjection,
  type ResendOrder,
  type WaitingResend,
} from './resend.orders';
export { ReceiptFlow, type HandedOut, type ReceiptRequest } from './receipt.flow';
export { Refunds, type RefundOrder, type RefundRefusal } from './refund.flow';
export type { Reversal } from './reversal';
export { ReversalDelivery } from './reversal.delivery';
export { ReversalFlow } from './reversal.flow';
export { ReversalLimits } from './reversal.limits';
export { Reversals } from './reversals';
export { Router } from './router';
export type { Candidate, RouteDecision } from './routing/decision';
export { explainRoute, type RouteStory } from './routing/explain';
export { Failover } from './routing/failover';
export { RoutingLimits } from './routing/limits';
export {
  AllRoutesOn,
  OrderedRouteSwitches,
  orderRoute,
  RouteSwitches,
  type RouteOrder,
} from './routing/orders';
export { RouteBook, type BillerRoute } from './routing/route';
export { Routing } from './routing/routing';
export { listRoutes, tellRouteStates, type ListedRoute, type RouteState } from './routing/state';
export { dayUseOf, type DayUse } from './customer-day';
export type { LastSale } from './sale-guard';
export { NumberOpeningBillers, SealedNumbers, type NamedCustomer } from './sealed-numbers';
export { forgetSealedNumbers, SealedNumberLimits } from './sealed-numbers.tidy';
export { stopWhatIsBroken, stopWhenBehind } from './stop-what-is-broken';
export { WorkInHand } from './work-in-hand';
