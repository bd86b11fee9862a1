import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { approvalHistory, findApproval, type Approval } from '#lib/audit';
import { businessDateOf, formatRupiah, JAKARTA_MIDNIGHT, rupiah, type Result, wibText } from '#lib/kernel';
import { clockFromEnvironment, type Database } from '#lib/platform';
import {
  addEvidence,
  approveProposal,
  breakHistory,
  bucketOf,
  businessDaysBetween,
  calendarOf,
  describeBreakRefusal,
  evidencePath,
  findBreak,
  investigateBreak,
  isResolution,
  listBreaks,
  noteOldBreaks,
  proposeBulk,
  proposeResolution,
  readJobs,
  rejectProposal,
  reopenBreak,
  resolveAsTheirError,
  resolveByAdvice,
  RESOLUTIONS,
  takeBreak,
  UNRESOLVED_STATES,
  type Break,
  type BreakQuery,
  type BreakRefusal,
  type Resolution,
} from '#lib/reconciliation';
import { shownAs } from '#lib/proposals';
import { atBreakDesk, type ApprovingDesk } from './break-desk';
import { withDatabase } from './database';
import { AS_HELP, asksChecker, type Checker, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { CONFIG } from './places';
import { counted, oneLine, printTable } from './table';
import { rupiahNotZero } from './typed';

const PAGE_ROWS = 500;

/** `simpul break`: differences with settlement files, and what people do about them. */
export function addBreakCommands(program: Command): void {
  const breaks = program
    .command('break')
    .description('differences between our payments and a settlement file: see docs/breaks.md');
  addListCommand(breaks);
  addShowCommand(breaks);
  addDeedCommands(breaks);
  addEvidenceCommand(breaks);
  addProposeCommand(breaks);
  addResolveCommand(breaks);
  addBulkCommand(breaks);
  addDecisionCommands(breaks);
  addNoteCommand(breaks);
}

function addNoteCommand(breaks: Command): void {
  breaks
    .command('note')
    .description(
      'a manager says why breaks that are open for too long (old.business_days of config/breaks.yaml) still are; it stands in the history of each',
    )
    .requiredOption('--as <user>', AS_HELP)
    .requiredOption('--reason <text>', 'why they are still open, and until when')
    .option('--json', JSON_HELP)
    .action(async ({ as: by, reason, json }: { as: string; reason: string; json?: boolean }) => {
      const noted = await atBreakDesk((desk) => noteOldBreaks(desk, { by, reason }));
      if (!noted.ok) return refuse(describeBreakRefusal(noted.error), json);
      const { count, amount } = noted.value;
      say(
        `noted by ${by} for ${count} breaks, ${formatRupiah(rupiah(amount))} in question`,
        noted.value,
        json,
      );
    });
}

interface Filter {
  source?: string;
  date?: string;
  kind?: string;
  sub?: string;
  owner?: string;
  amountMax?: bigint;
}

function withFilter(command: Command): Command {
  return command
    .option('--source <source>', 'for example LPB01')
    .option('--date <date>', 'own date of the break, or date of the run that found it')
    .option('--kind <kind>', 'amount, status, only_ours, only_theirs, duplicate, late, …')
    .option('--sub <sub>', 'both statuses, ours first (SF), or double_post, repeat_line')
    .option('--owner <user>')
    .option('--amount-max <rupiah>', 'at most so much money in question', whole);
}

function queryOf({ source, date, kind, sub, owner, amountMax }: Filter): Omit<BreakQuery, 'rowsMax'> {
  return {
    ...(source === undefined ? {} : { source }),
    ...(date === undefined ? {} : { businessDate: date }),
    ...(kind === undefined ? {} : { kind }),
    ...(sub === undefined ? {} : { sub }),
    ...(owner === undefined ? {} : { owner }),
    ...(amountMax === undefined ? {} : { amountMax }),
  };
}

function addListCommand(breaks: Command): void {
  withFilter(breaks.command('list'))
    .description('breaks that need somebody, those due first before the others')
    .option('--all', 'also those that have ended')
    .option('--json', JSON_HELP)
    .action(async (options: Filter & { all?: boolean; json?: boolean }) => {
      const now = clockFromEnvironment().now();
      const { found, ageOf } = await withDatabase(async (database) => ({
        ageOf: await agesAt(database, now),
        found: await listBreaks(database, {
          ...queryOf(options),
          ...(options.all ? {} : { states: UNRESOLVED_STATES }),
          rowsMax: PAGE_ROWS,
        }),
      }));
      const sum = found.reduce((total, { amount }) => total + amount, 0n);
      if (options.json) {
        const listed = found.map((one) => ({ ...one, age: ageOf(one), isOverdue: isOverdue(one, now) }));
        printJson({ ok: true, count: found.length, sum, breaks: listed });
        return;
      }
      printTable(
        [
          'break',
          'source',
          'own date',
          'kind',
          '',
          'reference',
          'in question',
          'state',
          'owner',
          'age',
          'due',
        ],
        found.map((one) => [
          one.breakId,
          one.source,
          one.businessDate,
          one.kind,
          one.sub ?? '',
          one.matchKey === '' ? (one.theirRef ?? '') : one.matchKey,
          formatRupiah(rupiah(one.amount)),
          one.state,
          one.owner,
          ageOf(one),
          `${wibText(one.dueAt)}${isOverdue(one, now) ? ' overdue' : ''}`,
        ]),
      );
      console.log(
        found.length === 0
          ? 'no break is like that'
          : `${counted(found.length, 'break')}, ${formatRupiah(rupiah(sum))} in question`,
      );
      if (found.length === PAGE_ROWS)
        console.error(`simpul: only the first ${PAGE_ROWS} are shown; ask for fewer`);
    });
}

function addShowCommand(breaks: Command): void {
  breaks
    .command('show')
    .description('one break: what was found, what was done, and what waits for a checker')
    .argument('<break>')
    .option('--json', JSON_HELP)
    .action(async (breakId: string, { json }: { json?: boolean }) => {
      const shown = await withDatabase(async (database) => {
        const one = await findBreak(database, breakId);
        if (!one) return undefined;
        const approval = one.approvalId === null ? undefined : await findApproval(database, one.approvalId);
        const signatures = approval ? await approvalHistory(database, approval.approvalId) : [];
        return { one, history: await breakHistory(database, breakId), approval, signatures };
      });
      if (!shown) return refuse(describeBreakRefusal({ kind: 'unknown', breakId }), json);
      const { one, history, approval, signatures } = shown;
      if (json) {
        printJson({ ok: true, break: one, history, approval: approval ?? null, signatures });
        return;
      }
      printBreak(one);
      for (const { at, by, event, from, to, reason, evidence } of history) {
        console.log(
          `  ${wibText(at)} ${by}: ${event} (${from} -> ${to})${reason === null ? '' : `, ${oneLine(reason)}`}`,
        );
        if (evidence !== null) console.log(`    proof ${evidence}`);
      }
      if (approval) printApproval(approval);
    });
}

function addDeedCommands(breaks: Command): void {
  const deeds = [
    ['take', 'make it yours: from now on you end it', takeBreak],
    ['investigate', 'look into it; it becomes yours', investigateBreak],
    ['reopen', 'open it again; what was booked stays booked', reopenBreak],
  ] as const;
  for (const [name, description, deed] of deeds)
    breaks
      .command(name)
      .description(description)
      .argument('<break>')
      .requiredOption('--as <user>', AS_HELP)
      .option('--reason <text>')
      .option('--json', JSON_HELP)
      .action(async (breakId: string, { as, reason, json }: Maker & { reason?: string }) =>
        tell(await atBreakDesk((desk) => deed(desk, { breakId, by: as, reason })), json),
      );
}

function addEvidenceCommand(breaks: Command): void {
  breaks
    .command('evidence')
    .description('keep a file as proof beside a break, by its SHA-256')
    .argument('<break>')
    .argument('<file>', 'a letter, a mail, a list of theirs')
    .requiredOption('--as <user>', AS_HELP)
    .option('--reason <text>', 'what it proves')
    .option('--json', JSON_HELP)
    .action(async (breakId: string, file: string, { as, reason, json }: Maker & { reason?: string }) => {
      const { kept, path } = await atBreakDesk(async (desk) => {
        const added = await addEvidence(desk, { breakId, by: as, reason, file });
        const history = added.ok ? await breakHistory(desk.database, breakId) : [];
        const sha256 = history.at(-1)?.evidence ?? undefined;
        return { kept: added, path: sha256 === undefined ? undefined : evidencePath(desk.home, sha256) };
      });
      tell(kept, json);
      if (kept.ok && path !== undefined && !json) console.log(`  kept as ${path}`);
    });
}

interface ProposeOptions extends Maker {
  resolution: Resolution;
  reason: string;
  amount?: bigint;
  borneBy?: 'biller' | 'us';
  against?: string;
  biller?: string;
  outcome?: 'paid' | 'not_paid';
}

function addProposeCommand(breaks: Command): void {
  breaks
    .command('propose')
    .description('propose how a break ends; another person must approve it')
    .argument('<break>')
    .addOption(resolutionOption(Object.keys(RESOLUTIONS)))
    .requiredOption('--reason <text>', 'why, with the number of its letter or ticket; at most 200 characters')
    .requiredOption('--as <user>', AS_HELP)
    .option(
      '--amount <rupiah>',
      'of a refund; or how much more we owe (less: negative, written --amount=-500)',
      rupiahNotZero,
    )
    .addOption(new Option('--borne-by <who>', 'of a refund (default: biller)').choices(['biller', 'us']))
    .option('--against <account>', 'who bears an adjustment or write-off (default: own:loss)')
    .option('--biller <biller>', 'where neither payment nor source tells it')
    .addOption(new Option('--outcome <outcome>', 'of an advice_result').choices(['paid', 'not_paid']))
    .option('--json', JSON_HELP)
    .action(async (breakId: string, options: ProposeOptions) => {
      const {
        as: by,
        resolution,
        reason,
        amount,
        borneBy,
        against,
        biller: billerId,
        outcome,
        json,
      } = options;
      const proposal = { breakId, by, resolution, reason, amount, borneBy, against, billerId, outcome };
      tellProposal(await atBreakDesk((desk) => proposeResolution(desk, proposal)), json);
    });
}

function addResolveCommand(breaks: Command): void {
  breaks
    .command('resolve')
    .description(
      'end a break at once, where no second person is needed: their error, or an answer that the file agrees with',
    )
    .argument('<break>')
    .addOption(resolutionOption(['counterparty_error', 'advice_result']))
    .requiredOption('--reason <text>', 'what was asked of them, or what they answered')
    .requiredOption('--as <user>', AS_HELP)
    .option('--json', JSON_HELP)
    .action(async (breakId: string, { as: by, resolution, reason, json }: ProposeOptions) => {
      const end = resolution === 'advice_result' ? resolveByAdvice : resolveAsTheirError;
      tell(await atBreakDesk((desk) => end(desk, { breakId, by, reason })), json);
    });
}

function addBulkCommand(breaks: Command): void {
  withFilter(breaks.command('bulk'))
    .description('propose one end for all open breaks of a kind; the checker sees their count and sum')
    .addOption(resolutionOption(['write_off', 'adjustment']))
    .requiredOption('--reason <text>', 'why, at most 200 characters')
    .requiredOption('--as <user>', AS_HELP)
    .option('--against <account>', 'who bears it (default: own:loss)')
    .option('--biller <biller>', 'where neither payment nor source tells it')
    .option('--json', JSON_HELP)
    .action(async (options: Filter & ProposeOptions) => {
      const { as: by, reason, against, biller: billerId, json } = options;
      const resolution = options.resolution === 'adjustment' ? 'adjustment' : 'write_off';
      const bulk = { query: queryOf(options), resolution, by, reason, against, billerId } as const;
      tellProposal(await atBreakDesk((desk) => proposeBulk(desk, bulk)), json);
    });
}

function addDecisionCommands(breaks: Command): void {
  asksChecker(
    breaks
      .command('approve')
      .description('approve what is proposed for a break, as it was shown: it happens now')
      .argument('<break>'),
    'simpul break show',
  ).action(async (breakId: string, { as: by, version, json }: Checker) =>
    decide(breakId, json, (desk, approvalId) => approveProposal(desk, { approvalId, version, by })),
  );
  asksChecker(
    breaks
      .command('reject')
      .description('reject what is proposed for a break')
      .argument('<break>')
      .requiredOption('--reason <text>'),
    'simpul break show',
  ).action(async (breakId: string, { as: by, version, reason: note, json }: Checker & { reason: string }) =>
    decide(breakId, json, async (desk, approvalId) => {
      const rejected = await rejectProposal(desk, { approvalId, version, by, note });
      return rejected.ok ? { ok: true, value: { approval: rejected.value, isDone: true } } : rejected;
    }),
  );
}

async function decide(
  breakId: string,
  json: boolean | undefined,
  how: (
    desk: ApprovingDesk,
    approvalId: string,
  ) => Promise<Result<{ approval: Approval; isDone: boolean }, BreakRefusal>>,
): Promise<void> {
  const decided = await atBreakDesk(async (desk) => {
    const one = await findBreak(desk.database, breakId);
    if (!one) return { ok: false as const, error: { kind: 'unknown' as const, breakId } };
    if (one.state !== 'proposed' || one.approvalId === null)
      return {
        ok: false as const,
        error: {
          kind: 'state' as const,
          breakId,
          state: one.state,
          wanted: 'decided about: nothing is proposed',
        },
      };
    return how(desk, one.approvalId);
  });
  tellDecision(decided, json);
}

/** Tells how a decision about breaks ended. */
export function tellDecision(
  decided: Result<{ approval: Approval; isDone: boolean; breaks?: Break[] }, BreakRefusal>,
  json: boolean | undefined,
): void {
  if (!decided.ok) return refuse(describeBreakRefusal(decided.error), json);
  const { approval, isDone, breaks = [] } = decided.value;
  if (json) {
    printJson({ ok: true, isDone, approval, breaks });
    return;
  }
  const left = approval.checkersNeeded - approval.checkersGiven;
  console.log(`${approval.approvalId}: ${approval.state}${isDone ? '' : `, ${left} more must agree`}`);
  for (const one of breaks) console.log(`  ${one.breakId} is ${one.state}`);
}

function tell(done: Result<Break, BreakRefusal>, json: boolean | undefined): void {
  if (!done.ok) return refuse(describeBreakRefusal(done.error), json);
  if (json) printJson({ ok: true, break: done.value });
  else console.log(`${done.value.breakId} is ${done.value.state}, owned by ${done.value.owner}`);
}

function tellProposal(proposed: Result<Approval, BreakRefusal>, json: boolean | undefined): void {
  if (!proposed.ok) return refuse(describeBreakRefusal(proposed.error), json);
  if (json) printJson({ ok: true, approval: proposed.value });
  else printApproval(proposed.value);
}

/** Prints a proposal as its checker must see it: exactly what is to happen, and its version. */
export function printApproval(approval: Approval): void {
  const { approvalId, kind, subject, version, maker, reason, state, expiresAt } = approval;
  console.log(`proposal ${approvalId}: ${kind} of ${subject}, ${state}`);
  console.log(`  version    ${version}`);
  console.log(`  maker      ${maker}: ${oneLine(reason)}`);
  console.log(`  checkers   ${approval.checkersGiven} of ${approval.checkersNeeded} have agreed`);
  console.log(`  expires    ${wibText(expiresAt)}`);
  for (const [name, value] of Object.entries(approval.payload as Record<string, unknown>))
    console.log(`  ${name.padEnd(10)} ${shownAs(name, value)}`);
}

function printBreak(one: Break): void {
  const side = (status: string | null, amount: bigint | null) =>
    amount === null ? 'nothing' : `${status ?? ''} ${formatRupiah(rupiah(amount))}`;
  console.log(`${one.breakId}: ${one.kind} ${one.sub ?? ''}`.trimEnd());
  console.log(
    `  source      ${one.source} ${one.businessDate}, found last by the run of ${one.runDate}, line ${one.line ?? '-'}`,
  );
  console.log(
    `  reference   ours ${one.matchKey || '-'}, theirs ${one.theirRef ?? '-'}, payment ${one.paymentId ?? '-'}`,
  );
  console.log(`  ours        ${side(one.ourStatus, one.ourAmount)}`);
  console.log(`  theirs      ${side(one.theirStatus, one.theirAmount)}`);
  console.log(`  in question ${formatRupiah(rupiah(one.amount))}`);
  console.log(`  state       ${one.state}, owner ${one.owner}, due ${wibText(one.dueAt)}`);
  if (one.resolution !== null)
    console.log(`  ended by    ${one.resolution}, payment ${one.outcome ?? 'none'}`);
}

function resolutionOption(names: readonly string[]): Option {
  return new Option('--resolution <resolution>', `how it ends: ${names.join(', ')}`)
    .makeOptionMandatory()
    .argParser((text): Resolution => {
      if (isResolution(text) && names.includes(text)) return text;
      throw new InvalidArgumentError(`It must be one of ${names.join(', ')}.`);
    });
}

/** How old breaks are, in buckets of business days as the calendar has them. */
async function agesAt(database: Database, now: Date): Promise<(one: Break) => string> {
  const calendar = await calendarOf({ database, jobs: readJobs(join(CONFIG, 'jobs.yaml')) });
  const isWorking = (source: string, date: string) => calendar.isBusinessDay(source, date);
  const today = businessDateOf(now, JAKARTA_MIDNIGHT);
  return ({ source, businessDate }) => bucketOf(businessDaysBetween(isWorking, source, businessDate, today));
}

function isOverdue({ state, dueAt }: Break, now: Date): boolean {
  return state !== 'resolved' && dueAt < now;
}

function whole(text: string): bigint {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be whole rupiah, such as 1000.');
  return BigInt(text);
}
