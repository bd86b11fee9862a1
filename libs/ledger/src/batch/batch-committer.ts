import { setTimeout as sleep } from 'node:timers/promises';
import { CommitUnknown, duplicateKey, Lane, sqlFaultOf, type SqlFault } from '#lib/platform';
import { journalRows } from '../journal-rows';
import {
  BooksBehind,
  type Claim,
  type CommitResult,
  type GuardedUpdate,
  type Row,
  type UnitOfWork,
} from '../money-writer';
import { admit, type Accepted, type Admission, type DepositState } from './admission';
import { markCommitting } from './committing';
import { DoubtfulCommits } from './doubt';
import { channelsOf, lockDeposits } from './locked-deposits';
import { GoesAlone, type LoneUnits } from './lone-units';
import type { PipelineLimits } from './pipeline-limits';
import type { RememberedDeposits } from './remembered-deposits';
import { insertStatements, updateStatements } from './sql';

const REDO_MAX = 5;

/** Faults that one member may be the cause of. A row that stays locked, or a server that is away, is nobody's. */
const CUT_UP: ReadonlySet<SqlFault> = new Set(['duplicate', 'guard', 'other']);

const NOBODY_TO_TELL = (): void => undefined;

/** A unit and the one who waits for it. */
export interface Member {
  unit: UnitOfWork;
  resolve: (result: CommitResult) => void;
  reject: (error: unknown) => void;
  /** A COMMIT of it went without an answer: rows like its own may be its own. */
  wasInDoubt: boolean;
}

/** How a batch stands to the one that was begun before it and the one that comes after. */
export interface Turn {
  /** Ends with everything the batches before have to do, redone or not. */
  before: Promise<void>;
  /** True while the server is known to hold this batch's deposits as they were predicted: the next may be sent. */
  holdsDeposits: (holds: boolean) => void;
}

/** When a packet holds its deposits, and whom to tell so. */
interface Hold {
  /** So many statements, from the first. */
  after: number;
  /** Told true when the server has done them, and false when the packet has failed. */
  isThere: (holds: boolean) => void;
}

const NOTHING: Admission = { accepted: [], refused: new Map() };

/** A failed attempt: what it was, whether its COMMIT may have happened, and what it had decided until then. */
class Failed extends Error {
  constructor(
    readonly fault: SqlFault,
    readonly mayBeCommitted: boolean,
    readonly admission: Admission,
    override readonly cause: unknown,
  ) {
    super(fault);
  }
}

/** Commits one batch after another on a connection of its own. */
export class BatchCommitter {
  private readonly lane: Lane;
  private readonly doubtful: DoubtfulCommits;

  /** @param deposits shared by all who commit for one writer. @param alone takes what goes in no batch. */
  constructor(
    url: string,
    { packetWithinMs, unknownForMs }: PipelineLimits,
    private readonly deposits: RememberedDeposits,
    private readonly alone: LoneUnits,
  ) {
    this.lane = new Lane(url, packetWithinMs);
    this.doubtful = new DoubtfulCommits(this.lane, unknownForMs);
  }

  /** Lets go of the connection. */
  drop(): void {
    this.lane.drop();
  }

  /**
   * Commits members in one transaction; when one of them is the cause of a failure, in two halves, and so on.
   * @returns what tells the members their results.
   */
  async commit(members: readonly Member[], turn: Turn): Promise<() => void> {
    try {
      const results = await this.redone(members, turn);
      return () => {
        for (const [index, member] of members.entries()) {
          const result = results[index];
          if (result) member.resolve(result);
          else member.reject(new Error('a member of a batch was left without a result'));
        }
      };
    } catch (error) {
      const { fault, cause } = error instanceof Failed ? error : faultOfOurOwn(error);
      const [only, second] = members;
      const isNobodys = cause instanceof BooksBehind || cause instanceof CommitUnknown;
      const isCutUp = CUT_UP.has(fault) && !isNobodys;
      if (!only || !isCutUp) for (const member of members) member.reject(whyNot(member, cause));
      else if (second) {
        for (const part of partsAround(members, cause))
          (await this.commit(part, { ...turn, holdsDeposits: NOBODY_TO_TELL }))();
      } else await this.endSingle(only, fault, cause);
      return NOBODY_TO_TELL;
    }
  }

  /**
   * A unit alone that could not be written. Only where a COMMIT of it went without an answer may the rows in its way be
   * its own: another process that drew the same Payment ID for the same request has written the very same ones.
   */
  private async endSingle(member: Member, fault: SqlFault, cause: unknown): Promise<void> {
    const { unit, resolve, reject, wasInDoubt } = member;
    if (cause instanceof GoesAlone) return this.alone.take(member);
    try {
      if (wasInDoubt && (await this.isThere(unit))) resolve(await this.asWritten(unit));
      else if (fault === 'guard') resolve({ kind: 'stale' });
      else if (fault === 'duplicate') resolve({ kind: 'clash', key: duplicateKey(cause) ?? '' });
      else reject(whyNot(member, cause));
    } catch (error) {
      this.lane.drop();
      reject(whyNot(member, error));
    }
  }

  private async isThere(unit: UnitOfWork): Promise<boolean> {
    const [found = false] = await this.doubtful.look([unit]);
    return found;
  }

  private async asWritten(unit: UnitOfWork): Promise<CommitResult> {
    return { kind: 'committed', deposit: await this.doubtful.depositAfter(unit) };
  }

  /** One attempt after another while the server asks for it or its answer was lost. @throws Failed */
  private async redone(members: readonly Member[], turn: Turn): Promise<(CommitResult | undefined)[]> {
    const units = members.map(({ unit }) => unit);
    for (let attempt = 1; ; attempt += 1)
      try {
        return await this.withLateOnes(members, await this.attempt(units, turn));
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        const { admission, fault, cause } = error;
        if (error.mayBeCommitted) {
          // A packet may reach the server after we have looked: then only a later commit of ours makes it fail.
          for (const { index } of admission.accepted) {
            const member = members[index];
            if (member) member.wasInDoubt = true;
          }
          const written = await this.resultsAsWritten(units, admission);
          if (written) return await this.withLateOnes(members, written);
        } else if (fault !== 'redo' && fault !== 'lost') throw error;
        if (attempt === REDO_MAX) throw new Failed(fault, false, NOTHING, cause);
        await sleep(Math.random() * 10 * 2 ** attempt);
      }
  }

  /**
   * What a batch whose COMMIT went without an answer has come to. Where only some of its rows are there, they are of an
   * earlier packet that came late: this one did not happen.
   * @returns undefined where it has to be done again. @throws CommitUnknown when it cannot be told in time.
   */
  private async resultsAsWritten(
    units: readonly UnitOfWork[],
    admission: Admission,
  ): Promise<(CommitResult | undefined)[] | undefined> {
    const found = await this.doubtful.look(admission.accepted.map(({ unit }) => unit));
    if (!found.every(Boolean)) return undefined;
    const results = resultsOf(units, admission);
    for (const { unit, index } of admission.accepted) results[index] = await this.asWritten(unit);
    return results;
  }

  /**
   * A packet without an answer may have reached the server after we looked for its rows, and then it is itself what
   * leaves the deposit short for the second try: such a member is committed, not refused.
   */
  private async withLateOnes(
    members: readonly Member[],
    results: readonly (CommitResult | undefined)[],
  ): Promise<(CommitResult | undefined)[]> {
    const truth = [...results];
    for (const [index, { unit, wasInDoubt }] of members.entries())
      if (wasInDoubt && truth[index]?.kind === 'insufficient' && (await this.isThere(unit)))
        truth[index] = await this.asWritten(unit);
    return truth;
  }

  /**
   * One transaction: in one packet where the deposits are as we left them last, or as the batch before will leave them;
   * else in two, the first of which locks and reads them. Whatever does not go through as remembered is decided on the
   * locked rows, once the batch before has had its say.
   */
  private async attempt(units: readonly UnitOfWork[], turn: Turn): Promise<(CommitResult | undefined)[]> {
    if (this.deposits.behind) throw new Failed('other', false, NOTHING, this.deposits.behind);
    const remembered = this.deposits.recall(channelsOf(units));
    const results = remembered && (await this.attemptAsRemembered(units, remembered, turn));
    if (results) return results;
    await turn.before;
    return this.attemptLocked(units);
  }

  /** @returns undefined where nothing was written: someone would be refused, or a row is not what we remember. */
  private async attemptAsRemembered(
    units: readonly UnitOfWork[],
    before: ReadonlyMap<string, DepositState>,
    turn: Turn,
  ): Promise<(CommitResult | undefined)[] | undefined> {
    const after = new Map(before);
    const admission = admit(units, after);
    const isAnyPoor = [...admission.refused.values()].some(({ kind }) => kind === 'insufficient');
    if (isAnyPoor || admission.accepted.length === 0) return undefined;
    try {
      const locking = ['START TRANSACTION', ...depositStatements(before, after)];
      // Only what this batch moves: of the others it knows what the batch before is expected to leave, no more.
      const moved = movedOf(before, after);
      await this.write(admission, (accepted) => [...locking, ...memberStatements(accepted), 'COMMIT'], {
        after: locking.length,
        isThere: (holds) => {
          if (holds) this.deposits.expect(moved);
          turn.holdsDeposits(holds);
        },
      });
      this.deposits.keep(moved);
    } catch (error) {
      const fault = error instanceof Failed ? error.fault : undefined;
      // A bound of a deposit may be met because of a member that is stale: which one, the locked rows tell.
      if (fault === 'guard' || fault === 'other') return undefined;
      throw error;
    }
    return resultsOf(units, admission);
  }

  private async attemptLocked(units: readonly UnitOfWork[]): Promise<(CommitResult | undefined)[]> {
    const { before, after, admission } = await this.admitLocked(units);
    if (admission.accepted.length > 0)
      await this.write(admission, (accepted) => [
        ...memberStatements(accepted),
        ...depositStatements(before, after),
        'COMMIT',
      ]);
    this.deposits.keep(after);
    return resultsOf(units, admission);
  }

  /** Decides on locked rows. Where somebody is accepted the transaction stays open. @throws Failed */
  private async admitLocked(units: readonly UnitOfWork[]) {
    try {
      const after = await lockDeposits(this.lane, units);
      this.deposits.compare(after);
      const before = new Map(after);
      const admission = admit(units, after);
      if (admission.accepted.length === 0) await this.lane.send('ROLLBACK');
      return { before, after, admission };
    } catch (error) {
      const fault = sqlFaultOf(error);
      await this.rollBack(fault);
      throw new Failed(fault, false, NOTHING, error);
    }
  }

  /** Writes and commits what was admitted, in one packet. @throws Failed */
  private async write(
    admission: Admission,
    statementsOf: (accepted: readonly Accepted[]) => string[],
    hold?: Hold,
  ): Promise<void> {
    let isSent = false;
    try {
      const statements = statementsOf(admission.accepted);
      isSent = true;
      const answered = this.lane.sendTelling(
        statements,
        hold && { statements: hold.after, reached: () => hold.isThere(true) },
      );
      markCommitting(admission.accepted);
      await answered;
    } catch (error) {
      // Before the rows are given back: nobody who came later may leave while this batch is to be done again.
      hold?.isThere(false);
      const fault = sqlFaultOf(error);
      await this.rollBack(fault);
      throw new Failed(fault, isSent && fault === 'lost', admission, error);
    }
  }

  /** Nothing of a failed attempt may stay open on the connection. */
  private async rollBack(fault: SqlFault): Promise<void> {
    this.deposits.forget();
    if (fault === 'lost') return this.lane.drop();
    await this.lane.send('ROLLBACK').catch(() => this.lane.drop());
  }
}

/** What the members of a batch write. The server stops a packet at its first failure, so COMMIT comes last. */
function memberStatements(accepted: readonly Accepted[]): string[] {
  const rows: Row[] = [];
  const updates: GuardedUpdate[] = [];
  for (const { unit, after, seq } of accepted) {
    const inserts = unit.inserts(after);
    if (inserts.some(({ along }) => along)) throw new GoesAlone(unit);
    rows.push(...inserts);
    updates.push(...unit.updates(after));
    if (unit.journal && after && seq !== undefined) rows.push(...journalRows(unit.journal, after, seq));
  }
  return [...insertStatements(rows), ...updateStatements(updates)];
}

/** The deposits that a batch moves on, as it leaves them. */
function movedOf(
  before: ReadonlyMap<string, DepositState>,
  after: ReadonlyMap<string, DepositState>,
): Map<string, DepositState> {
  return new Map([...after].filter(([channelId, state]) => state !== before.get(channelId)));
}

/** The deposits moved on, each on condition that its whole row is what admission saw. */
function depositStatements(
  before: ReadonlyMap<string, DepositState>,
  after: ReadonlyMap<string, DepositState>,
): string[] {
  const updates: GuardedUpdate[] = [];
  for (const [channelId, state] of movedOf(before, after)) {
    const old = before.get(channelId);
    if (old)
      updates.push({
        table: 'deposit',
        set: { posted: state.posted, held: state.held, seq: state.seq },
        // A new limit is no move of the deposit, and yet it decides what is covered.
        where: {
          channel_id: channelId,
          seq: old.seq,
          posted: old.posted,
          held: old.held,
          credit_limit: old.limit,
        },
      });
  }
  return updateStatements(updates);
}

/**
 * Cuts a batch that failed for the sake of one member: out of its middle the one that goes alone or whose key the server
 * names as taken, or else in halves. The parts keep the order of arrival.
 */
function partsAround(members: readonly Member[], cause: unknown): (readonly Member[])[] {
  const key = duplicateKey(cause);
  const at = members.findIndex(({ unit }) =>
    cause instanceof GoesAlone
      ? unit === cause.unit
      : unit.claims.some((claim) => claim.key === key && names(cause, claim)),
  );
  const parts =
    at < 0
      ? [members.slice(0, Math.ceil(members.length / 2)), members.slice(Math.ceil(members.length / 2))]
      : [members.slice(0, at), members.slice(at, at + 1), members.slice(at + 1)];
  return parts.filter(({ length }) => length > 0);
}

/** Whether an error 1062 is about this value; the server joins the columns of a key by dashes. */
function names(cause: unknown, { value }: Claim): boolean {
  return (cause as Error).message.includes(`'${value.replace(' ', '-')}'`);
}

function resultsOf(
  units: readonly UnitOfWork[],
  { accepted, refused }: Admission,
): (CommitResult | undefined)[] {
  const results: (CommitResult | undefined)[] = units.map((_, index) => refused.get(index));
  for (const { index, after } of accepted) results[index] = { kind: 'committed', deposit: after };
  return results;
}

/** Why a member was not written, or that it cannot be told. */
function whyNot({ wasInDoubt }: Member, cause: unknown): unknown {
  return wasInDoubt ? new CommitUnknown(String(cause), { cause }) : cause;
}

function faultOfOurOwn(error: unknown): Failed {
  return new Failed('other', false, NOTHING, error);
}
