import { join } from 'node:path';
import { Option, type Command } from 'commander';
import {
  answerComplaint,
  CATEGORIES,
  closeComplaint,
  listComplaints,
  openComplaint,
  OUTCOMES,
  readComplaintRules,
  type Complaint,
  type ComplaintRefusal,
} from '#lib/conduct';
import { businessDateOf, JAKARTA_MIDNIGHT, type Result } from '#lib/kernel';
import { bankDueDate } from '#lib/settlement';
import { asksMaker, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { CONFIG } from './places';
import { withSettlement } from './settlement-tools';
import { printTable } from './table';
import { businessDate } from './typed';

type Category = (typeof CATEGORIES)[number];
type Outcome = (typeof OUTCOMES)[number];

/** `simpul complaint`: what customers complained about, by when it is answered, and how it ended. */
export function addComplaintCommands(program: Command): void {
  const complaint = program
    .command('complaint')
    .description('customers’ complaints: opened, answered, closed; they stand in the report “regulator”');
  addOpenCommand(complaint);
  addAnswerCommand(complaint);
  addCloseCommand(complaint);
  addListCommand(complaint);
}

function addOpenCommand(complaint: Command): void {
  asksMaker(complaint.command('open'))
    .description('write a complaint down; it is due by the days of config/complaints.yaml')
    .argument('<text>', 'what the customer says, without card numbers')
    .addOption(new Option('--about <category>', 'what it is about').choices(CATEGORIES).default('payment'))
    .option('--payment <id>', 'the payment it is about')
    .option('--due <date>', 'another last day to answer', businessDate)
    .action(async (text: string, options: Maker & { about: Category; payment?: string; due?: string }) => {
      const { answerDays } = readComplaintRules(join(CONFIG, 'complaints.yaml'));
      const done = await withSettlement(async ({ database, clock, calendar }) => {
        const at = clock.now();
        const today = businessDateOf(at, JAKARTA_MIDNIGHT);
        const dueDate = options.due ?? bankDueDate(await calendar(), today, answerDays, today);
        const paymentId = options.payment?.replaceAll('-', '').toUpperCase();
        const about = paymentId === undefined ? {} : { paymentId };
        return openComplaint(database, {
          category: options.about,
          text,
          dueDate,
          by: options.as,
          at,
          ...about,
        });
      });
      tell(done, options.json);
    });
}

function addAnswerCommand(complaint: Command): void {
  asksMaker(complaint.command('answer'))
    .description('write down what the customer was told')
    .argument('<complaint>', 'for example CMP-2026-000001')
    .argument('<text>', 'the answer')
    .action(async (complaintId: string, text: string, { as, json }: Maker) => {
      const done = await withSettlement(({ database, clock }) =>
        answerComplaint(database, { complaintId, text, by: as, at: clock.now() }),
      );
      tell(done, json);
    });
}

function addCloseCommand(complaint: Command): void {
  asksMaker(complaint.command('close'))
    .description('end an answered complaint, or one that was withdrawn')
    .argument('<complaint>', 'for example CMP-2026-000001')
    .addOption(new Option('--outcome <outcome>', 'how it ended').choices(OUTCOMES).makeOptionMandatory())
    .option('--note <text>', 'why', '')
    .action(
      async (
        complaintId: string,
        { as, json, outcome, note }: Maker & { outcome: Outcome; note: string },
      ) => {
        const done = await withSettlement(({ database, clock }) =>
          closeComplaint(database, { complaintId, outcome, text: note, by: as, at: clock.now() }),
        );
        tell(done, json);
      },
    );
}

function addListCommand(complaint: Command): void {
  complaint
    .command('list')
    .description('complaints, the most urgent first; exit 1 where one waits past its day')
    .option('--open', 'only those that are not closed')
    .option('--json', JSON_HELP)
    .action(async ({ open = false, json }: { open?: boolean; json?: boolean }) => {
      const all = await withSettlement(({ database, clock }) =>
        listComplaints(database, { isOpen: open, now: clock.now() }),
      );
      const isWell = !all.some(({ state, isLate }) => state === 'opened' && isLate);
      if (json) printJson({ ok: isWell, complaints: all });
      else {
        printTable(
          ['complaint', 'about', 'payment', 'due', 'state', '', 'text'],
          all.map((one) => [
            one.complaintId,
            one.category,
            one.paymentId ?? '',
            one.dueDate,
            one.outcome === '' ? one.state : `${one.state}, ${one.outcome}`,
            one.isLate ? 'late' : '',
            one.text.slice(0, 60),
          ]),
        );
        if (all.length === 0) console.log('no complaints');
      }
      process.exitCode = isWell ? 0 : 1;
    });
}

function tell(done: Result<Complaint, ComplaintRefusal>, json: boolean | undefined): void {
  if (!done.ok) return refuse(inWords(done.error), json);
  const { complaintId, state, dueDate } = done.value;
  say(`${complaintId} is ${state}, due ${dueDate}`, { complaint: done.value }, json);
}

function inWords(refusal: ComplaintRefusal): string {
  switch (refusal.kind) {
    case 'unknown payment':
      return `there is no payment ${refusal.paymentId}; open the complaint without --payment, or look by simpul trace`;
    case 'unknown':
      return 'there is no such complaint; see simpul complaint list';
    case 'closed':
      return 'it is closed; open another one';
    case 'not answered':
      return 'nobody has answered it; see simpul complaint answer, or close it as withdrawn';
    case 'changed meanwhile':
      return 'somebody has changed it meanwhile; look again';
  }
}
