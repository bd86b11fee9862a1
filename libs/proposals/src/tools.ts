import type { ApprovalTools } from '#lib/audit';
import type { Database } from '#lib/platform';
import type { BreakDesk } from '#lib/reconciliation';
import type { BankTools, SettlementTools } from '#lib/settlement';

/** What breaks are worked with by people. */
export type ApprovingDesk = BreakDesk & ApprovalTools;

/** What proposals are decided with. */
export type DecidingTools = SettlementTools & ApprovalTools & Pick<BankTools, 'tell' | 'endsOf'>;

/** What is opened only for those proposals that need it. */
export interface Openings {
  atBreakDesk: <T>(work: (desk: ApprovingDesk) => Promise<T>) => Promise<T>;
  /** The account that may change what is sold; undefined in a process that must not have it. */
  asSeller: (<T>(work: (database: Database) => Promise<T>) => Promise<T>) | undefined;
}

/** Both. */
export type ProposalTools = DecidingTools & Openings;
