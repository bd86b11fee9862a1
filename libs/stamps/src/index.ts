export { checkStampInvariants } from './invariants';
export { issueSerials } from './issuing';
export { listSerials, listTroubledPurchases, type SerialStanding, type TroubledPurchase } from './list';
export { stocks, type Stock } from './movements';
export type { StoredOrder } from './orders';
export { StampFlow, StampLimits, type StampAnswer, type StampRequest } from './stamp.flow';
