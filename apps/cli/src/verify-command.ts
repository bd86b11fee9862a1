import type { Command } from 'commander';
import { AnchorsChanged, checkApprovalInvariants, checkAuditInvariants } from '#lib/audit';
import { openStops } from '#lib/catalog';
import { checkFloatInvariants } from '#lib/floats';
import { checkLedgerInvariants, type InvariantVerdict } from '#lib/ledger';
import { clockFromEnvironment, Database, setting, type SnapshotStatements } from '#lib/platform';
import { checkBreakInvariants, checkReconciliationInvariants } from '#lib/reconciliation';
import { checkSettlementInvariants } from '#lib/settlement';
import { checkStampInvariants } from '#lib/stamps';
import { checkPaymentInvariants, stopWhatIsBroken, type BillerTruth, type TruthAround } from '#lib/switching';
import { knownAnchors } from './audit-commands';
import { JSON_HELP, printJson } from './output';

/** What a read of the data cannot check here, and why; listed so that nobody takes silence for a pass. */
const NOT_YET: readonly InvariantVerdict[] = [
  { id: 'I15', note: 'a canary scan of logs and exports, not a read of the tables' },
  { id: 'I16', note: 'probes between partners, not a read of the tables' },
].map((entry) => ({ ok: true, checked: 0, firstCounterExample: null, ...entry }));

/** `simpul verify`: the invariants of the books, each with its first counter-example. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description(
      'check the invariants of the books; where money is wrong, stop new payments; exit 1 when one is broken',
    )
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const database = new Database(setting('DATABASE_URL', 'the payment database to check'), {
        connectionsMax: 2,
        // A check of a large ledger reads for long; a server that is frozen says nothing for longer.
        statementWithinMs: 300_000,
      });
      try {
        const invariants = await verify(database, process.env.SIMULATOR_URL);
        const ok = invariants.every((verdict) => verdict.ok);
        const stops = await stopIfBroken(database, invariants);
        if (json) printJson({ ok, invariants, stops });
        else print(ok, invariants, stops);
        process.exitCode = ok ? 0 : 1;
      } finally {
        await database.close();
      }
    });
}

async function verify(database: Database, simulatorUrl: string | undefined): Promise<InvariantVerdict[]> {
  const now = clockFromEnvironment().now();
  const truth = await truthAround(simulatorUrl);
  const found = await database.snapshot(async (statements) => [
    ...(await checkLedgerInvariants(statements)),
    ...(await checkPaymentInvariants(statements, truth, now)),
    ...(await checkReconciliationInvariants(statements)),
    await checkFloatInvariants(statements),
    await checkStampInvariants(statements),
    together(await checkApprovalInvariants(statements), await checkBreakInvariants(statements)),
    ...(await checkSettlementInvariants(statements)),
    await auditVerdict(statements),
  ]);
  const number = ({ id }: InvariantVerdict) => Number(id.slice(1));
  return [...found, ...NOT_YET].sort((a, b) => number(a) - number(b));
}

/** The audit trail, held to what is kept outside the database where that is at hand. */
async function auditVerdict(statements: SnapshotStatements): Promise<InvariantVerdict> {
  try {
    const { fault: _, ...verdict } = await checkAuditInvariants(statements, await knownAnchors());
    return verdict;
  } catch (error) {
    if (!(error instanceof AnchorsChanged)) throw error;
    return { id: 'I13', ok: false, checked: 0, firstCounterExample: error.message };
  }
}

/** Two checks of one invariant as one verdict. */
function together(one: InvariantVerdict, other: InvariantVerdict): InvariantVerdict {
  return {
    id: one.id,
    ok: one.ok && other.ok,
    checked: one.checked + other.checked,
    firstCounterExample: one.firstCounterExample ?? other.firstCounterExample,
  };
}

/**
 * What is stopped after the check, by it or before. A check that could not write its stop says so beside its verdict:
 * the verdict is worth more than the command's neat end.
 */
async function stopIfBroken(
  database: Database,
  invariants: readonly InvariantVerdict[],
): Promise<{ scope: string; reason: string }[]> {
  try {
    await stopWhatIsBroken(database, invariants, 'simpul verify', clockFromEnvironment().now());
  } catch (error) {
    console.error(`simpul: payments could not be stopped: ${(error as Error).message}`);
  }
  const stops = await openStops(database).catch(() => []);
  return stops.map(({ scope, reason }) => ({ scope, reason }));
}

/** The simulator's own record of what it did; a real biller has no such window. */
async function truthAround(simulatorUrl: string | undefined): Promise<TruthAround | undefined> {
  if (simulatorUrl === undefined) return undefined;
  const read = async () => {
    const answer = await fetch(`${simulatorUrl}/truth`);
    return (await answer.json()) as BillerTruth[];
  };
  try {
    return { before: await read(), after: read };
  } catch {
    return undefined;
  }
}

function print(
  ok: boolean,
  invariants: readonly InvariantVerdict[],
  stops: readonly { scope: string; reason: string }[],
): void {
  for (const { id, ok: isKept, checked, firstCounterExample, note } of invariants) {
    const mark = isKept ? (checked === 0 ? '·' : '✓') : '✗';
    console.log(
      `${mark} ${id.padEnd(4)} ${String(checked).padStart(8)} checked  ${firstCounterExample ?? note ?? ''}`,
    );
  }
  for (const { scope, reason } of stops) console.log(`stopped: new payments of ${scope} (${reason})`);
  console.log(ok ? 'verify: ok' : 'verify: broken');
}
