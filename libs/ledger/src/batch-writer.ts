import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { rupiah } from '#lib/kernel';
import {
  CommitUnknown,
  duplicateKey,
  Lane,
  sqlFaultOf,
  type PacketResults,
  type SqlFault,
} from '#lib/platform';
import { admit, type Accepted, type Admission, type DepositState } from './batch/admission';
import { markCommitting } from './batch/committing';
import { RememberedDeposits } from './batch/remembered-deposits';
import { insertStatements, literal, updateStatements } from './batch/sql';
import { journalRows } from './journal-rows';
import {
  BooksBehind,
  MoneyWriter,
  type Claim,
  type CommitResult,
  type DepositAfter,
  type GuardedUpdate,
  type Row,
  type UnitOfWork,
} from './money-writer';

/** Bounds of the pipeline: config/limits.yaml, `pipeline`. */
export const PipelineLimits = z.strictObject({
  /** Units that may wait; one more is refused at once. */
  queueMax: z.int().positive(),
  /** Units of one commit. */
  batchMax: z.int().positive(),
  /** How long to go on finding out whether a COMMIT without an answer happened. */
  unknownForMs: z.int().positive(),
  /** A packet without an answer after this long counts as a lost connection. */
  packetWithinMs: z.int().positive(),
});
export type PipelineLimits = z.infer<typeof PipelineLimits>;

const REDO_MAX = 5;

const NOBODY_TO_TELL = (): void => undefined;

/** A unit and the one who waits for it. */
interface Member {
  unit: UnitOfWork;
  resolve: (result: CommitResult) => void;
  reject: (error: unknown) => void;
  /** A COMMIT of it went without an answer: rows like its own may be its own. */
  wasInDoubt: boolean;
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

/**
 * Writes many units of work in one commit. What arrives while a commit is on its way to the disk forms the next
 * batch: an idle writer waits for nothing, a busy one locks each deposit once, writes with multi-row statements and
 * flushes once. Members are decided one by one in the order they came, so a batch admits exactly what single
 * commits would, and one that fails takes no other with it.
 */
export class BatchWriter extends MoneyWriter {
  private readonly queue: Member[] = [];
  private isWorking = false;
  private readonly lane: Lane;
  private readonly deposits = new RememberedDeposits();
  private behind: BooksBehind | undefined;

  /** @param onBehind told once, when the server is found to lack what it had acknowledged; must not throw. */
  constructor(
    url: string,
    private readonly limits: PipelineLimits,
    private readonly onBehind: (behind: BooksBehind) => void = NOBODY_TO_TELL,
  ) {
    super();
    this.lane = new Lane(url, limits.packetWithinMs);
  }

  override commit(unit: UnitOfWork): Promise<CommitResult> {
    if (this.behind) return Promise.reject(this.behind);
    if (this.queue.length >= this.limits.queueMax) return Promise.resolve({ kind: 'overloaded' });
    return new Promise((resolve, reject) => {
      this.queue.push({ unit, resolve, reject, wasInDoubt: false });
      if (!this.isWorking) void this.work();
    });
  }

  override async close(): Promise<void> {
    while (this.isWorking) await sleep(10);
    this.lane.drop();
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    let tell = NOBODY_TO_TELL;
    while (this.queue.length > 0) {
      const committing = this.commitTogether(this.queue.splice(0, this.limits.batchMax));
      // What those of the batch before do with their answers is done while the server works on this one.
      tell();
      tell = await committing;
      if (this.queue.length > 0) continue;
      tell();
      tell = NOBODY_TO_TELL;
    }
    this.isWorking = false;
  }

  /**
   * Commits members in one transaction; when one of them is the cause of a failure, in two halves, and so on.
   * @returns what tells the members their results.
   */
  private async commitTogether(members: readonly Member[]): Promise<() => void> {
    try {
      const results = await this.redone(members);
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
        for (const part of partsAround(members, cause)) (await this.commitTogether(part))();
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
  private async redone(members: readonly Member[]): Promise<(CommitResult | undefined)[]> {
    const units = members.map(({ unit }) => unit);
    let isInDoubt = false;
    for (let attempt = 1; ; attempt += 1)
      try {
        const results = await this.attempt(units);
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
   * One transaction: in one packet where the deposits are as we left them last, else in two, the first of which locks
   * and reads them. Whatever does not go through as remembered is decided on the locked rows.
   */
  private async attempt(units: readonly UnitOfWork[]): Promise<(CommitResult | undefined)[]> {
    if (this.behind) throw new Failed('other', false, NOTHING, this.behind);
    const remembered = this.deposits.recall(channelsOf(units));
    const results = remembered && (await this.attemptAsRemembered(units, new Map(remembered)));
    return results ?? this.attemptLocked(units, remembered);
  }

  /** @returns undefined where nothing was written: someone would be refused, or a row is not what we remember. */
  private async attemptAsRemembered(
    units: readonly UnitOfWork[],
    deposits: Map<string, DepositState>,
  ): Promise<(CommitResult | undefined)[] | undefined> {
    const before = new Map(deposits);
    const admission = admit(units, deposits);
    const isAnyPoor = [...admission.refused.values()].some(({ kind }) => kind === 'insufficient');
    if (isAnyPoor || admission.accepted.length === 0) return undefined;
    try {
      await this.write(admission, (accepted) => [
        'START TRANSACTION',
        ...depositStatements(before, deposits),
        ...memberStatements(accepted),
        'COMMIT',
      ]);
      this.deposits.keep(deposits);
    } catch (error) {
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
      this.requireAcknowledged(after);
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

  /** @throws BooksBehind where the locked rows are older than what was acknowledged before. */
  private requireAcknowledged(states: ReadonlyMap<string, DepositState>): void {
    const loss = this.deposits.lossIn(states);
    if (!loss) return;
    const { channelId, acknowledged, found } = loss;
    this.behind = new BooksBehind(
      `the server had acknowledged commit ${acknowledged} of the deposit of ${channelId} and has ${found}`,
    );
    this.onBehind(this.behind);
    throw this.behind;
  }

  /** Writes and commits what was admitted, in one packet. @throws Failed */
  private async write(
    admission: Admission,
    statementsOf: (accepted: readonly Accepted[]) => string[],
  ): Promise<void> {
    let isSent = false;
    try {
      const statements = statementsOf(admission.accepted);
      isSent = true;
      const answered = this.lane.send(...statements);
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
