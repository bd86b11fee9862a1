export {
  readSettlementContracts,
  type ChannelMode,
  type SettlementContracts,
  type SettleOn,
} from './contracts';
export type { Finding, LegName, OwnDayWord, Reconciled, ReconciledDay, ResolvedLeg } from './reconciled';
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
export { isLegSettled } from './settled-leg';
export { settleDue, type SettledDay, type SettleFailure } from './settle-due';
export { bankDayFrom, bankDueDate, dueDateOf, type BankCalendar } from './due-dates';
export { draftChannelPayouts } from './payout-drafts';
export { doubtsBehind, doubtsInWords, type PayoutDoubt } from './payout-doubts';
export { PAYOUT_MOVES, type PayoutEvent, type PayoutState } from './payout.states';
export { approveRefused, proposeRefused, redraftPayout } from './payout-refused';
export { approvePayout, proposePayout, type PayoutTools } from './payout-approval';
export type { PayoutRefusal } from './payout-moves';
export { tellPayout } from './payout-told';
export { readPayoutFileContract, type PayoutFileContract } from './payout-file-contract';
export {
  listPayoutFiles,
  makePayoutFile,
  writePayoutFileAgain,
  type LeftOut,
  type PayoutFile,
  type PayoutFileTools,
} from './payout-file';
export { findPayout, listPayouts, openPayouts, payoutHistory, type Payout } from './payouts';
export {
  lastStatement,
  takeStatement,
  type BankStatement,
  type StatementLine,
  type StatementRefusal,
} from './bank-statement';
export {
  announceDeposit,
  findAnnouncement,
  listAnnouncements,
  withdrawAnnouncement,
  type AnnounceRefusal,
  type Announcement,
  type AnnouncementOutcome,
  type KnownAnnouncement,
  type WithdrawRefusal,
} from './bank-announcements';
export {
  findBankLine,
  listBankLines,
  WAITING,
  type BankLine,
  type BankOutcome,
  type LinePlace,
} from './bank-lines';
export {
  accountsOf,
  type KnownOnDrop,
  takeDroppedStatements,
  proposeStatementFile,
  takeStatementFile,
  type DroppedStatement,
  type StatementFile,
  type TakenStatement,
} from './bank-file';
export { approveValueDates, VALUE_DATES } from './bank-value-dates';
export { alertEnds, type AlertEnds, type BankAlert, type Filled } from './bank-alerts';
export { listBankClaims, type BankClaim } from './bank-claims';
export { approveBankLine, proposeBankLine, type NamingRefusal } from './bank-naming';
export { workBankLines, type BankTools, type BankWork } from './bank-work';
export { checkSettlementInvariants, type SettlementVerdict } from './invariants';
export { approvePphSlip, PPH_SLIP, proposePphSlip, type PphSlip, type SlipRefusal } from './pph-slips';
export {
  approveFloatTopUp,
  FLOAT_TOP_UP,
  proposeFloatTopUp,
  receiveFloatTopUp,
  type FloatPayment,
  type FloatPaymentRefusal,
  type PauseEnds,
  type ReceiveRefusal,
} from './float-payments';
export {
  invoiceMonth,
  invoiceOf,
  readTaxRules,
  taxedFees,
  taxInvoices,
  type InvoiceAmounts,
  type InvoiceRefusal,
  type TaxInvoice,
  type TaxRule,
  type TaxRules,
} from './tax';
export { partiesOf, statementsOfParty, type PartyStatement, type StatementEntry } from './party-statement';
export {
  approveFunds,
  fundsOn,
  isAsSigned,
  proposedFunds,
  proposeFunds,
  signedFunds,
  type FundsPosition,
  type FundsRefusal,
} from './funds';
