import { setTimeout as sleep } from 'node:timers/promises';
import { rupiah } from '#lib/kernel';
import {
  CommitUnknown,
  duplicateKey,
  Lane,
  sqlFaultOf,
  type Milestone,
  type PacketResults,
  type SqlFault,
} from '#lib/platform';
import { journalRows } from '../journal-rows';
import {
  BooksBehind,
  type Claim,
  type CommitResult,
  type DepositAfter,
  type GuardedUpdate,
  type Row,
  type UnitOfWork,
} from '../money-writer';
import { admit, type Accepted, type Admission, type DepositState } from './admission';
import { markCommitting } from './committing';
import type { PipelineLimits } from './pipeline-limits';
import type { RememberedDeposits } from './remembered-deposits';
import { insertStatements, literal, updateStatements } from './sql';

const REDO_MAX = 5;

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
  /** Ends with everything the batch before has to do, redone or not. */
  before: Promise<void>;
  /** True while the server is known to hold this batch's deposits as they were predicted: the next may be sent. */
  holdsDeposits: (holds: boolean) => void;
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

  /** @param deposits shared by all who commit for one writer. */
  constructor(
    url: string,
    private readonly limits: PipelineLimits,
    private readonly deposits: RememberedDeposits,
  ) {
    this.lane = new Lane(url, limits.packetWithinMs);
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
      const { fault, cause, mayBeCommitted } = error instanceof Failed ? error : faultOfOurOwn(error);
      const [only, second] = members;
      if (mayBeCommitted || fault === 'lost' || cause instanceof BooksBehind) {
        for (const { reject } of members) reject(mayBeCommitted ? new CommitUnknown(String(cause)) : cause);
      } else if (only && second) {
        for (const part of partsAround(members, cause))
          (await this.commit(part, { ...turn, holdsDeposits: NOBODY_TO_TELL }))();
      } else if (only) await this.endSingle(only, fault, cause);
      return NOBODY_TO_TELL;
    }
  }

  /**
   * A unit alone that could not be written. Only where a COMMIT of it went without an answer may the rows in its way be
   * its own: another process that drew the same Payment ID for the same request has written the very same ones.
   */
  private async endSingle(
    { unit, resolve, reject, wasInDoubt }: Member,
    fault: SqlFault,
    cause: unknown,
  ): Promise<void> {
    if (fault !== 'duplicate' && fault !== 'guard') {
      reject(cause);
      return;
    }
    try {
      if (wasInDoubt && (await this.exists(unit.witness)))
        resolve({ kind: 'committed', deposit: await this.depositAfter(unit) });
      else if (fault === 'guard') resolve({ kind: 'stale' });
      else resolve({ kind: 'clash', key: duplicateKey(cause) ?? '' });
    } catch (error) {
      this.lane.drop();
      reject(error);
    }
  }

  /** One attempt after another while the server asks for it or its answer was lost. @throws Failed */
  private async redone(members: readonly Member[], turn: Turn): Promise<(CommitResult | undefined)[]> {
    const units = members.map(({ unit }) => unit);
    let isInDoubt = false;
    for (let attempt = 1; ; attempt += 1)
      try {
        const results = await this.attempt(units, turn);
        return isInDoubt ? await this.withLateOnes(members, results) : results;
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        if (error.mayBeCommitted) {
          // A packet may reach the server after we have looked: then only a later commit of ours makes it fail.
          isInDoubt = true;
          for (const { index } of error.admission.accepted) {
            const member = members[index];
            if (member) member.wasInDoubt = true;
          }
          if (await this.happened(error)) return resultsOf(units, error.admission);
        } else if (error.fault !== 'redo' && error.fault !== 'lost') throw error;
        if (attempt === REDO_MAX) throw new Failed(error.fault, isInDoubt, NOTHING, error.cause);
        await sleep(Math.random() * 10 * 2 ** attempt);
      }
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
      if (wasInDoubt && truth[index]?.kind === 'insufficient' && (await this.exists(unit.witness)))
        truth[index] = { kind: 'committed', deposit: await this.depositAfter(unit) };
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
    return this.attemptLocked(units, remembered);
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
      await this.write(admission, (accepted) => [...locking, ...memberStatements(accepted), 'COMMIT'], {
        statements: locking.length,
        reached: () => {
          this.deposits.expect(after);
          turn.holdsDeposits(true);
        },
      });
      this.deposits.keep(after);
    } catch (error) {
      turn.holdsDeposits(false);
      const fault = error instanceof Failed ? error.fault : undefined;
      // A bound of a deposit may be met because of a member that is stale: which one, the locked rows tell.
      if (fault === 'guard' || fault === 'other') return undefined;
      throw error;
    }
    return resultsOf(units, admission);
  }

  /** @param remembered what did not go through just before; where the rows differ, another process writes them too. */
  private async attemptLocked(
    units: readonly UnitOfWork[],
    remembered: ReadonlyMap<string, DepositState> | undefined,
  ): Promise<(CommitResult | undefined)[]> {
    const { before, after, admission } = await this.admitLocked(units);
    if (remembered && [...before].some(([channelId, state]) => !isSame(state, remembered.get(channelId))))
      this.deposits.wasWrong();
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
      const after = await this.lock(units);
      this.deposits.requireAcknowledged(after);
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
    milestone?: Milestone,
  ): Promise<void> {
    let isSent = false;
    try {
      const statements = statementsOf(admission.accepted);
      isSent = true;
      const answered = this.lane.sendTelling(statements, milestone);
      markCommitting(admission.accepted);
      await answered;
    } catch (error) {
      const fault = sqlFaultOf(error);
      await this.rollBack(fault);
      throw new Failed(fault, isSent && fault === 'lost', admission, error);
    }
  }

  /** Begins the transaction and locks the deposits it moves, always in the same order. */
  private async lock(units: readonly UnitOfWork[]): Promise<Map<string, DepositState>> {
    const channels = channelsOf(units);
    const deposits = new Map<string, DepositState>();
    if (channels.size === 0) {
      await this.lane.send('START TRANSACTION');
      return deposits;
    }
    const list = [...channels].sort().map(literal).join(',');
    const results = await this.lane.send(
      'START TRANSACTION',
      'SELECT channel_id, posted, held, credit_limit, seq FROM deposit ' +
        `WHERE channel_id IN (${list}) ORDER BY channel_id FOR UPDATE`,
    );
    for (const row of rowsOf(results, 1))
      deposits.set(String(row['channel_id']), {
        posted: BigInt(row['posted'] ?? 0),
        held: BigInt(row['held'] ?? 0),
        limit: BigInt(row['credit_limit'] ?? 0),
        seq: BigInt(row['seq'] ?? 0),
      });
    return deposits;
  }

  /** Nothing of a failed attempt may stay open on the connection. */
  private async rollBack(fault: SqlFault): Promise<void> {
    this.deposits.forget();
    if (fault === 'lost') return this.lane.drop();
    await this.lane.send('ROLLBACK').catch(() => this.lane.drop());
  }

  /**
   * Whether a commit without an answer happened. The deposits are locked first: whatever the lost connection was
   * still doing is over then.
   * @throws Failed when it cannot be told in time.
   */
  private async happened(failure: Failed): Promise<boolean> {
    const { accepted } = failure.admission;
    const [first] = accepted;
    if (!first) return false;
    const giveUpAt = performance.now() + this.limits.unknownForMs;
    for (;;)
      try {
        await this.lock(accepted.map(({ unit }) => unit));
        const isThere = await this.exists(first.unit.witness);
        await this.lane.send('ROLLBACK');
        return isThere;
      } catch (error) {
        this.lane.drop();
        if (performance.now() > giveUpAt) throw new Failed('lost', true, failure.admission, error);
        await sleep(250);
      }
  }

  private async exists(row: Row): Promise<boolean> {
    const where = Object.entries(row.values).map(([column, value]) => `\`${column}\` <=> ${literal(value)}`);
    const results = await this.lane.send(
      `SELECT 1 FROM \`${row.table}\` WHERE ${where.join(' AND ')} LIMIT 1`,
    );
    return rowsOf(results, 0).length > 0;
  }

  private async depositAfter({ journal }: UnitOfWork): Promise<DepositAfter | undefined> {
    if (!journal) return undefined;
    const results = await this.lane.send(
      'SELECT posted_after, held_after, limit_then FROM journal ' +
        `WHERE subject_id = ${literal(journal.subjectId)} AND kind = ${literal(journal.kind)}`,
    );
    const [row] = rowsOf(results, 0);
    return (
      row && {
        posted: rupiah(BigInt(row['posted_after'] ?? 0)),
        held: rupiah(BigInt(row['held_after'] ?? 0)),
        limit: rupiah(BigInt(row['limit_then'] ?? 0)),
      }
    );
  }
}

/** What the members of a batch write. The server stops a packet at its first failure, so COMMIT comes last. */
function memberStatements(accepted: readonly Accepted[]): string[] {
  const rows: Row[] = [];
  const updates: GuardedUpdate[] = [];
  for (const { unit, after, seq } of accepted) {
    rows.push(...unit.inserts(after));
    updates.push(...unit.updates(after));
    if (unit.journal && after && seq !== undefined) rows.push(...journalRows(unit.journal, after, seq));
  }
  return [...insertStatements(rows), ...updateStatements(updates)];
}

/** The deposits moved on, each on condition that its whole row is what admission saw. */
function depositStatements(
  before: ReadonlyMap<string, DepositState>,
  after: ReadonlyMap<string, DepositState>,
): string[] {
  const updates: GuardedUpdate[] = [];
  for (const [channelId, state] of after) {
    const old = before.get(channelId);
    if (old && state !== old)
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

function isSame(one: DepositState, other: DepositState | undefined): boolean {
  return (
    one.seq === other?.seq &&
    one.posted === other.posted &&
    one.held === other.held &&
    one.limit === other.limit
  );
}

/** The channels whose deposits a batch moves. */
function channelsOf(units: readonly UnitOfWork[]): Set<string> {
  return new Set(units.flatMap(({ journal }) => (journal ? [journal.channelId] : [])));
}

/**
 * Cuts a batch that failed for the sake of one member: out of its middle the one whose key the server names as taken,
 * or else in halves. The parts keep the order of arrival.
 */
function partsAround(members: readonly Member[], cause: unknown): (readonly Member[])[] {
  const key = duplicateKey(cause);
  const at = members.findIndex(({ unit }) =>
    unit.claims.some((claim) => claim.key === key && names(cause, claim)),
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

/** Rows of one statement of a packet, columns as text. */
function rowsOf(results: PacketResults, at: number): Record<string, string>[] {
  const result = results[at];
  return Array.isArray(result) ? result : [];
}

function faultOfOurOwn(error: unknown): Failed {
  return new Failed('other', false, NOTHING, error);
}
