import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { NoUser } from '#lib/audit';
import { ConfigError, SettingError } from '#lib/platform';
import { BadCalendar, CannotReplay, EvidenceRefused, UnknownDay } from '#lib/reconciliation';
import { addApprovalCommands } from './approval-commands';
import { addAttentionCommands } from './attention-commands';
import { addAuditCommands } from './audit-commands';
import { addBankCommands } from './bank-commands';
import { addBillerCommands } from './biller-commands';
import { addBreakCommands } from './break-commands';
import { tellOrigin } from './by-hand';
import { addCalendarCommands } from './calendar-commands';
import { addCatalogCommands } from './catalog-commands';
import { addDatabaseCommands } from './database-commands';
import { addFinanceCommands } from './finance-commands';
import { addFloatCommands } from './float-commands';
import { addComplaintCommands } from './complaint-commands';
import { addFileCommands } from './file-commands';
import { addReconciliationCommands } from './reconciliation-commands';
import { addOutboundCommands } from './outbound-commands';
import { addPaymentCommands } from './payment-commands';
import { addProcessCommands } from './process-commands';
import { addReceiptCommands } from './receipt-commands';
import { addReportCommands } from './report-commands';
import { addPayoutCommands } from './payout-commands';
import { addSettlementCommands } from './settlement-commands';
import { addStampCommands } from './stamp-commands';
import { addRouteCommands } from './route-commands';
import { addStopCommands } from './stop-commands';
import { addTraceCommand } from './trace-command';
import { addUserCommands } from './user-commands';
import { addVerifyCommand } from './verify-command';

/** The operator's command line: `npx simpul`. Exit 0 = good, 1 = found wrong, 2 = could not run. */
const program = new Command('simpul')
  .description('Simpul, biller aggregator and collecting-agent switch: the operator’s command line')
  .showHelpAfterError('(see --help)')
  .exitOverride();

tellOrigin(program);
addDatabaseCommands(program);
addBillerCommands(program);
addCatalogCommands(program);
addProcessCommands(program);
addVerifyCommand(program);
addAuditCommands(program);
addAttentionCommands(addPaymentCommands(program));
addReceiptCommands(program);
addStopCommands(program);
addRouteCommands(program);
addReconciliationCommands(program);
addBreakCommands(program);
addApprovalCommands(program);
addCalendarCommands(program);
addFileCommands(program);
addReportCommands(program);
addTraceCommand(program);
addOutboundCommands(program);
addFloatCommands(program);
addStampCommands(program);
addSettlementCommands(program);
addPayoutCommands(program);
addBankCommands(program);
addFinanceCommands(program);
addComplaintCommands(program);
addUserCommands(program);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const reason = describe(error);
    console.error(`simpul: ${reason}`);
    // Whoever asked for JSON reads one object, whatever happened.
    if (process.argv.includes('--json')) console.log(JSON.stringify({ ok: false, state: 'failed', reason }));
    process.exitCode = 2;
  }
});

/** Where the database should be, without account and password. */
function databaseHost(): string {
  const url = process.env.DATABASE_URL;
  return url && URL.canParse(url) ? ` at ${new URL(url).host}` : '';
}

function describe(error: unknown): string {
  // These say by themselves what is wrong and what to do.
  if (
    error instanceof SettingError ||
    error instanceof ConfigError ||
    error instanceof UnknownDay ||
    error instanceof CannotReplay ||
    error instanceof BadCalendar ||
    error instanceof NoUser ||
    error instanceof EvidenceRefused
  )
    return error.message;
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ECONNREFUSED' || code === 'ETIMEDOUT' || code === 'PROTOCOL_SEQUENCE_TIMEOUT')
    return `the database${databaseHost()} does not answer; is the installation running (npm start), or DATABASE_URL right?`;
  return message ?? String(error);
}
