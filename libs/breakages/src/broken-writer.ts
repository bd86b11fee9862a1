import { setTimeout as sleep } from 'node:timers/promises';
import { rupiah, ZERO } from '#lib/kernel';
import {
  MoneyWriter,
  type CommitResult,
  type GuardedUpdate,
  type JournalDraft,
  type Row,
  type UnitOfWork,
} from '#lib/ledger';

/** Ways to write money wrongly. */
export const WRITER_BREAKAGES = {
  'answer-before-commit': 'an outcome is answered before it is durable',
  'send-before-intent': 'a payment is sent before its intent is durable',
  'skip-hold': 'a payment is opened without holding its charge',
  'cover-ignored': 'a payment is opened although the deposit does not cover it',
  'double-capture': 'a captured charge is taken from the deposit twice',
  'posting-left-out': 'the last posting of a capture is not written',
  'fence-ignored': 'a writer that comes second overwrites the first',
  'formed-false-after-commit': 'a payment that was formed is denied',
  'advice-forgotten': 'a payment whose answer was lost is never asked about',
} as const;
export type WriterBreakage = keyof typeof WRITER_BREAKAGES;

const LATE_MS = 400;
const DENIED_ONE_OF = 4;

/** A writer that breaks the contract of `MoneyWriter` in one way. */
export class BrokenWriter extends MoneyWriter {
  private opened = 0;

  constructor(
    private readonly honest: MoneyWriter,
    private readonly breakage: WriterBreakage,
  ) {
    super();
  }

  override close(): Promise<void> {
    return this.honest.close();
  }

  override async commit(unit: UnitOfWork): Promise<CommitResult> {
    const { journal } = unit;
    const opens = journal?.kind === 'hold';
    switch (this.breakage) {
      case 'answer-before-commit':
        return opens ? this.honest.commit(unit) : this.promise(unit);
      case 'send-before-intent':
        return opens ? this.promise(unit) : this.honest.commit(unit);
      case 'skip-hold':
        return this.honest.commit(opens ? { ...unit, journal: ofNothing(journal) } : unit);
      case 'cover-ignored': {
        const result = await this.honest.commit(unit);
        return opens && result.kind === 'insufficient'
          ? this.honest.commit({ ...unit, journal: ofNothing(journal) })
          : result;
      }
      case 'double-capture': {
        const result = await this.honest.commit(unit);
        if (journal?.kind === 'capture' && result.kind === 'committed')
          await this.honest.commit(again(journal));
        return result;
      }
      case 'posting-left-out':
        return this.honest.commit(
          journal?.kind === 'capture'
            ? { ...unit, journal: { ...journal, postings: journal.postings.slice(0, -1) } }
            : unit,
        );
      case 'fence-ignored':
        return this.whoeverCame(unit);
      case 'formed-false-after-commit': {
        const result = await this.honest.commit(unit);
        if (!opens || result.kind !== 'committed') return result;
        this.opened += 1;
        return this.opened % DENIED_ONE_OF === 0 ? { kind: 'overloaded' } : result;
      }
      case 'advice-forgotten':
        return this.honest.commit({
          ...unit,
          updates: (deposit) => unit.updates(deposit).map(withoutAdvice),
        });
    }
  }

  /** Says "committed" now and writes later. */
  private async promise(unit: UnitOfWork): Promise<CommitResult> {
    void sleep(LATE_MS)
      .then(() => this.honest.commit(unit))
      .catch(() => undefined);
    return { kind: 'committed', deposit: undefined };
  }

  /** Writes a move whose guards failed all the same: after whatever moved the payment meanwhile. */
  private async whoeverCame(unit: UnitOfWork): Promise<CommitResult> {
    const result = await this.honest.commit(unit);
    if (unit.journal?.kind === 'hold' || (result.kind !== 'stale' && result.kind !== 'clash')) return result;
    for (let later = 1; later <= 5; later += 1) {
      const forced = await this.honest.commit(unguarded(unit, later));
      if (forced.kind === 'committed') return forced;
    }
    return result;
  }
}

/** A journal that moves nothing. */
function ofNothing(journal: JournalDraft): JournalDraft {
  const postings = journal.postings.map((posting) => ({ ...posting, amount: ZERO }));
  return { ...journal, postedChange: ZERO, heldChange: ZERO, postings };
}

/** The same journal for a payment that does not exist. */
function again(journal: JournalDraft): UnitOfWork {
  const subjectId = `X${journal.subjectId.slice(1)}`;
  return {
    journal: { ...journal, subjectId, heldChange: ZERO, postedChange: rupiah(journal.postedChange) },
    claims: [],
    inserts: () => [],
    updates: () => [],
    witness: { table: 'journal', values: { subject_id: subjectId, kind: journal.kind } },
  };
}

/** The move without its old state, as one more event after those that are there, and without its journal. */
function unguarded(unit: UnitOfWork, later: number): UnitOfWork {
  const shifted = (row: Row): Row => ({
    ...row,
    values: { ...row.values, event_no: Number(row.values['event_no']) + later },
  });
  return {
    ...unit,
    journal: undefined,
    claims: [],
    inserts: (deposit) => unit.inserts(deposit).map(shifted),
    updates: (deposit) => unit.updates(deposit).map((update) => loosened(update, later)),
    witness: shifted(unit.witness),
  };
}

function loosened({ table, set, where }: GuardedUpdate, later: number): GuardedUpdate {
  const { state: _state, last_event_no: _no, ...rest } = where;
  return {
    table,
    set: 'last_event_no' in set ? { ...set, last_event_no: Number(set['last_event_no']) + later } : set,
    where: rest,
  };
}

function withoutAdvice(update: GuardedUpdate): GuardedUpdate {
  return update.table === 'payment_leg'
    ? { ...update, set: { ...update.set, next_advice_at: null } }
    : update;
}
