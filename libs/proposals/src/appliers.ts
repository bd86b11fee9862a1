import { wordsOfRefusal, type Approval } from '#lib/audit';
import { approveRelease, STOP_RELEASE } from '#lib/catalog';
import { approveAdjustment, approveResume, FLOAT_ADJUSTMENT, FLOAT_RESUME } from '#lib/floats';
import { approveUserChange, USER_KINDS, type Enrolment } from '#lib/identity';
import { fail, formatRupiah, ok, wibText, type Result, type Words } from '#lib/kernel';
import { approveCalendar, approveReopening, CALENDAR, REOPEN_DAY } from '#lib/reconciliation';
import {
  approveBankLine,
  approveFloatTopUp,
  approveFunds,
  approvePayout,
  approvePphSlip,
  approveRefused,
  approveValueDates,
  FLOAT_TOP_UP,
  PPH_SLIP,
  VALUE_DATES,
  type LinePlace,
} from '#lib/settlement';
import {
  calendarInWords,
  commitInWords,
  fundsInWords,
  namingInWords,
  payoutInWords,
  releaseInWords,
  reopeningInWords,
  resumingInWords,
  slipInWords,
  userInWords,
} from './refusals';
import type { DecidingTools, Openings } from './tools';

/** A checker's word on a proposal that was found already. */
export interface Seen {
  version: string;
  by: string;
}

/** What a kind of proposal is applied with. */
export type ApplyingTools = DecidingTools & Pick<Openings, 'asSeller'>;

/** Agrees to a proposal of one kind and does what it says. @returns what was done, or why nothing was. */
export type Applier = (tools: ApplyingTools, approval: Approval, seen: Seen) => Promise<Result<Words, Words>>;

const toUsers: Applier = async ({ database, clock }, { approvalId }, seen) => {
  const done = await approveUserChange(database, { approvalId, ...seen, at: clock.now() });
  if (!done.ok) return fail(userInWords(done.error));
  const { subject, enrolment } = done.value;
  if (enrolment) return ok(handOver(enrolment));
  return ok({ id: `${subject} sekarang seperti yang diusulkan`, en: `${subject} is as was proposed` });
};

const toPayout =
  (approve: typeof approvePayout | typeof approveRefused): Applier =>
  async (tools, { subject: reference }, seen) => {
    const order = { reference, ...seen, at: tools.clock.now() };
    const done =
      approve === approveRefused
        ? await approveRefused(tools.database, order)
        : await approvePayout(tools, order);
    if (!done.ok) return fail(payoutInWords(done.error));
    return ok({ id: `${reference}: ${done.value.state}`, en: `${reference} is ${done.value.state}` });
  };

/** What each kind of proposal does when it is approved, each by its own part; breaks are decided at their desk. */
export const APPLIERS: Readonly<Record<string, Applier>> = {
  [CALENDAR]: async ({ database, clock }, { approvalId }, seen) => {
    const agreed = await approveCalendar(database, { approvalId, ...seen, at: clock.now() });
    if (!agreed.ok) return fail(calendarInWords(agreed.error));
    return ok({
      id: `${agreed.value} hari berlaku mulai sekarang`,
      en: `${agreed.value} days hold from now on`,
    });
  },

  [REOPEN_DAY]: async ({ database, clock }, { approvalId }, seen) => {
    const agreed = await approveReopening(database, { approvalId, ...seen, at: clock.now() });
    if (!agreed.ok) return fail(reopeningInWords(agreed.error));
    const day = `${agreed.value.source} ${agreed.value.businessDate}`;
    return ok({ id: `${day} dikerjakan segera`, en: `${day} is worked at the next wake-up` });
  },

  payout: toPayout(approvePayout),
  payout_refused: toPayout(approveRefused),

  bank_line: async (tools, { subject }, seen) => {
    const place = placeOfLine(subject);
    if (!place) throw new Error(`${subject} is no line of a statement`);
    const done = await approveBankLine(tools, { place, ...seen, at: tools.clock.now() });
    if (!done.ok) return fail(namingInWords(done.error));
    return ok({ id: `baris itu adalah ${done.value.about}`, en: `the line is ${done.value.about}` });
  },

  [VALUE_DATES]: async ({ database, clock }, { approvalId }, seen) => {
    const done = await approveValueDates(database, { approvalId, ...seen, at: clock.now() });
    if (!done.ok) return fail(wordsOfRefusal(done.error));
    const { statement } = done.value;
    return ok({
      id: `${statement} boleh diambil: simpul bank take <berkas>; di folder bank ia diambil dengan sendirinya`,
      en: `${statement} may be taken: simpul bank take <file>; on the bank's drop it is taken by itself`,
    });
  },

  [FLOAT_TOP_UP]: async (tools, { approvalId }, seen) => {
    const done = await approveFloatTopUp(tools, { approvalId, ...seen, at: tools.clock.now() });
    if (!done.ok) return fail(commitInWords(done.error));
    const { reference } = done.value;
    return ok({
      id: `lakukan transfer dengan referensi ${reference}; rekening koran membukukannya, atau setelah biller menerimanya: simpul float received ${reference} --as <user>`,
      en: `make the transfer under ${reference}; the statement books it, or once the biller has it: simpul float received ${reference} --as <user>`,
    });
  },

  [FLOAT_ADJUSTMENT]: async ({ database, writer, clock, approvalLimits }, { approvalId }, seen) => {
    const decision = { approvalId, ...seen, at: clock.now() };
    const done = await approveAdjustment({ writer, statements: database, approvalLimits }, decision);
    if (!done.ok) return fail(commitInWords(done.error));
    const { amount, billerId } = done.value;
    return ok({
      id: `${formatRupiah(amount)} dibukukan pada float ${billerId}`,
      en: `${formatRupiah(amount)} booked on the float of ${billerId}`,
    });
  },

  [FLOAT_RESUME]: async ({ database, writer, clock }, { approvalId }, seen) => {
    const decision = { approvalId, ...seen, at: clock.now() };
    const done = await approveResume({ writer, statements: database }, decision);
    if (done.ok)
      return ok({ id: `${done.value.billerId} berjalan lagi`, en: `${done.value.billerId} goes on` });
    const { error } = done;
    return fail(
      error.kind === 'not paused' || error.kind === 'proposal'
        ? resumingInWords(error)
        : commitInWords(error),
    );
  },

  [STOP_RELEASE]: async ({ asSeller, clock }, { approvalId }, seen) => {
    if (!asSeller) return fail(ONLY_AT_THE_SHELL);
    const done = await asSeller((database) =>
      approveRelease(database, { approvalId, ...seen, at: clock.now() }),
    );
    if (!done.ok) return fail(releaseInWords(done.error));
    const { scope } = done.value;
    return ok({
      id: `${scope} menerima pembayaran lagi dalam beberapa detik`,
      en: `${scope} takes payments again within seconds`,
    });
  },

  [PPH_SLIP]: async (tools, { approvalId }, seen) => {
    const done = await approvePphSlip(tools, { approvalId, ...seen, at: tools.clock.now() });
    if (done.ok) {
      const { amount, slip } = done.value;
      return ok({
        id: `PPh ${formatRupiah(amount)} dibukukan dengan ${slip}`,
        en: `${formatRupiah(amount)} of PPh booked by ${slip}`,
      });
    }
    const { error } = done;
    switch (error.kind) {
      case 'approval':
      case 'clash':
      case 'overloaded':
        return fail(commitInWords(error));
      default:
        return fail(slipInWords(error));
    }
  },

  ...Object.fromEntries(USER_KINDS.map((kind) => [kind, toUsers])),

  funds: async ({ database, clock }, { subject: businessDate }, seen) => {
    const done = await approveFunds(database, { businessDate, ...seen, at: clock.now() });
    if (!done.ok) return fail(fundsInWords(done.error));
    return ok({
      id: `posisi ${businessDate} sudah ditandatangani`,
      en: `the position of ${businessDate} is signed`,
    });
  },
};

const ONLY_AT_THE_SHELL: Words = {
  id: 'yang mengubah apa yang dijual disetujui di mesin instalasi, oleh akun yang berhak: simpul approval approve',
  en: 'what changes what is sold is approved at the installation, by the account that may: simpul approval approve',
};

/** How somebody who enrols is helped, for who hands it over. */
export function handOver({ login, secret, until }: Enrolment): Words {
  return {
    id: `${login} memasang kata sandi dan faktor kedua sampai ${wibText(until)} dengan kode sekali pakai ini, yang hanya ditunjukkan sekarang; serahkan langsung: ${secret}`,
    en: `${login} sets password and second factor until ${wibText(until)} by this one-time secret, shown only now; hand it over in person: ${secret}`,
  };
}

/** The place of a line as a proposal about it names it: `BANKX/1234567890 2026/196/2`; undefined for anything else. */
export function placeOfLine(text: string): LinePlace | undefined {
  const at = text.lastIndexOf(' ');
  const line = lineOfStatement(text.slice(at + 1));
  return line && { account: text.slice(0, at), ...line };
}

/** Year, statement and line, as people write them: `2026/196/2`; undefined for anything else. */
export function lineOfStatement(text: string): Omit<LinePlace, 'account'> | undefined {
  const [, year, number, lineNo] = /^(20\d\d)\/([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text) ?? [];
  return lineNo === undefined
    ? undefined
    : { year: Number(year), number: Number(number), lineNo: Number(lineNo) };
}
