import type { Command } from 'commander';
import { approvalHistory, describeRefusal, findApproval, listApprovals, type Approval } from '#lib/audit';
import { wibText } from '#lib/kernel';
import { clockFromEnvironment, Database } from '#lib/platform';
import { applyProposal, turnDown, type Seen } from '#lib/proposals';
import { approveProposal, isAboutBreaks } from '#lib/reconciliation';
import { migrationUrl } from './books';
import { printApproval, tellDecision } from './break-commands';
import { atBreakDesk } from './break-desk';
import { withDatabase } from './database';
import { asksChecker, type Checker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { withSettlement } from './settlement-tools';
import { printTable } from './table';

const ROWS_MAX = 200;

/** `simpul approval`: what waits for a second person. */
export function addApprovalCommands(program: Command): void {
  const approval = program
    .command('approval')
    .description('what one person has proposed and another must approve');
  approval
    .command('list')
    .description('proposals that wait for a checker, the newest first')
    .option('--kind <kind>', 'for example break')
    .option('--all', 'also those that have ended')
    .option('--json', JSON_HELP)
    .action(async ({ kind, all, json }: { kind?: string; all?: boolean; json?: boolean }) => {
      const now = clockFromEnvironment().now();
      const found = await withDatabase((database) =>
        listApprovals(database, {
          ...(kind === undefined ? {} : { kind }),
          ...(all ? {} : { open: { now } }),
          rowsMax: ROWS_MAX,
        }),
      );
      if (json) {
        printJson({ ok: true, count: found.length, approvals: found });
        return;
      }
      printTable(
        ['proposal', 'kind', 'of', 'version', 'maker', 'agreed', 'state', 'expires'],
        found.map((one) => [
          one.approvalId,
          one.kind,
          one.subject,
          one.version,
          one.maker,
          `${one.checkersGiven} of ${one.checkersNeeded}`,
          one.state,
          wibText(one.expiresAt),
        ]),
      );
      if (found.length === 0) console.log('nothing waits for a second person');
    });
  approval
    .command('show')
    .description('one proposal: exactly what is to happen, and who has decided about it')
    .argument('<proposal>')
    .option('--json', JSON_HELP)
    .action(async (approvalId: string, { json }: { json?: boolean }) => {
      const { found, history } = await withDatabase(async (database) => ({
        found: await findApproval(database, approvalId),
        history: await approvalHistory(database, approvalId),
      }));
      if (!found) return refuse(describeRefusal({ kind: 'unknown' }), json);
      if (json) {
        printJson({ ok: true, approval: found, history });
        return;
      }
      printApproval(found);
      for (const { at, by, event, note } of history)
        console.log(
          `  ${wibText(at)} ${by}: ${event}${note === null ? '' : `, ${note.replace(/\p{C}+/gu, ' ')}`}`,
        );
    });
  addDecisionCommands(approval);
}

function addDecisionCommands(approval: Command): void {
  asksChecker(
    approval
      .command('approve')
      .description('approve a proposal as it was shown: with the last checker needed it happens')
      .argument('<proposal>'),
    'simpul approval show',
  ).action(async (approvalId: string, { as: by, version, json }: Checker) => {
    const found = await withDatabase((database) => findApproval(database, approvalId));
    if (!found) return refuse(describeRefusal({ kind: 'unknown' }), json);
    if (!isAboutBreaks(found)) return approveOther(found, { version, by }, json);
    tellDecision(await atBreakDesk((desk) => approveProposal(desk, { approvalId, version, by })), json);
  });
  asksChecker(
    approval
      .command('reject')
      .description('reject a proposal: it ends without effect')
      .argument('<proposal>')
      .requiredOption('--reason <text>'),
    'simpul approval show',
  ).action(
    async (approvalId: string, { as: by, version, reason: note, json }: Checker & { reason: string }) => {
      const found = await withDatabase((database) => findApproval(database, approvalId));
      if (!found) return refuse(describeRefusal({ kind: 'unknown' }), json);
      const rejected = await withDatabase((database) =>
        turnDown({ database, clock: clockFromEnvironment(), atBreakDesk }, found, { version, by, note }),
      );
      if (!rejected.ok) return refuse(rejected.error.en, json);
      say(`${approvalId}: rejected`, { approvalId, state: 'rejected' }, json);
    },
  );
}

async function approveOther(approval: Approval, seen: Seen, json: boolean | undefined): Promise<void> {
  const { approvalId, kind } = approval;
  const done = await withSettlement((tools) => applyProposal({ ...tools, asSeller }, approval, seen));
  if (!done.ok) return refuse(done.error.en, json);
  const said = done.value.en;
  say(`${approvalId}: approved, ${said}`, { isDone: true, approvalId, kind, done: said }, json);
}

/** The account that may change what is sold. */
async function asSeller<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = new Database(migrationUrl(), { connectionsMax: 1 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
