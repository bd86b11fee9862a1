export {
  readSettlementContracts,
  type ChannelMode,
  type SettlementContracts,
  type SettleOn,
} from './contracts';
export type { Finding, LegName, Reconciled, ReconciledDay } from './reconciled';
export { sharesOf, type Party, type Sales, type Share, type ShareKind } from './shares';
export { nextDayToSettle, settleDay, type SettlementTools, type SettleRefusal } from './settle-day';
export {
  chargesOf,
  findSettlement,
  linesOf,
  listSettlements,
  netsOf,
  type Net,
  type Settlement,
  type SettlementLine,
} from './settlement-rows';
