import { randomBytes } from 'node:crypto';
import type { BusinessDate } from '#lib/kernel';
import { Coalescing, type Statements } from '#lib/platform';

/** A signed message that names itself by an X-EXTERNAL-ID. */
export interface NamedMessage {
  channelId: string;
  /** Jakarta's. */
  businessDate: BusinessDate;
  /** A service's code, or `*` where the name is unique over all services. */
  scope: string;
  externalId: string;
  /** The payment it is about, where it is about one and can be read. */
  reference: string | undefined;
  /** What tells its body from all others. */
  bodyHash: Buffer;
}

/** Whether the name is used for the first time today; if not, what it was used for then. */
export type Naming = { kind: 'new' } | { kind: 'repeated'; isSameReference: boolean; isSameBody: boolean };

interface Attempt extends NamedMessage {
  attempt: string;
  at: Date;
}

/** Whose attempt a name stands for. */
type Standing = Pick<Attempt, 'attempt' | 'reference' | 'bodyHash'>;

interface Row {
  channel_id: string;
  business_date: string;
  scope: string;
  external_id: Buffer;
  reference: Buffer | null;
  body_hash: Buffer;
  attempt: Buffer;
}

const ROWS_PER_QUESTION = 64;

/** Each by the whole key: the servers we run on read a list of rows less well. */
const BY_NAME = '(channel_id = ? AND business_date = ? AND scope = ? AND external_id = ?)';

/** The names of signed messages, each kept once by a unique key. Only who has signed may use one up. */
export class ExternalIds {
  /** Tells the attempts of this process from those of all others; with their count it fits the column for years. */
  private readonly process = randomBytes(4).toString('hex');
  private attempts = 0;
  private readonly kept: Coalescing<Attempt, Standing>;

  constructor(private readonly statements: Statements) {
    this.kept = new Coalescing((attempts) => this.keepAll(attempts), ROWS_PER_QUESTION);
  }

  /** Uses a name up, durably, unless it was used before. */
  async use(message: NamedMessage, at: Date): Promise<Naming> {
    this.attempts += 1;
    const attempt = `${this.process}${this.attempts.toString(36)}`;
    const standing = await this.kept.ask({ attempt, at, ...message });
    if (!standing) throw new Error('an X-EXTERNAL-ID that was kept cannot be found');
    if (standing.attempt === attempt) return { kind: 'new' };
    return {
      kind: 'repeated',
      isSameReference: message.reference !== undefined && standing.reference === message.reference,
      isSameBody: standing.bodyHash.equals(message.bodyHash),
    };
  }

  /** Who comes first writes its attempt. Unless all did, everybody then reads whose attempt stands. */
  private async keepAll(attempts: readonly Attempt[]): Promise<(Standing | undefined)[]> {
    // In one order, so that two switches that write the same names do not wait for one another.
    const inOrder = [...attempts].sort(byName);
    const written = await this.statements.run(
      'INSERT IGNORE INTO snap_external_id ' +
        '(channel_id, business_date, scope, external_id, reference, body_hash, attempt, at) VALUES ?',
      [
        inOrder.map((one) => [
          one.channelId,
          one.businessDate,
          one.scope,
          one.externalId,
          one.reference ?? null,
          one.bodyHash,
          one.attempt,
          one.at,
        ]),
      ],
    );
    if (written === attempts.length) return [...attempts];
    const rows = await this.statements.rows<Row>(
      'SELECT channel_id, business_date, scope, external_id, reference, body_hash, attempt FROM snap_external_id ' +
        `WHERE ${attempts.map(() => BY_NAME).join(' OR ')}`,
      attempts.flatMap((one) => [one.channelId, one.businessDate, one.scope, one.externalId]),
    );
    const standings = new Map(rows.map((row) => [nameOf(row), standingOf(row)]));
    return attempts.map(({ channelId, businessDate, scope, externalId }) =>
      standings.get([channelId, businessDate, scope, externalId].join(' ')),
    );
  }
}

/** The order of the unique key. */
function byName(one: NamedMessage, other: NamedMessage): number {
  return (
    inTurn(one.channelId, other.channelId) ||
    inTurn(one.businessDate, other.businessDate) ||
    inTurn(one.scope, other.scope) ||
    inTurn(one.externalId, other.externalId)
  );
}

function inTurn(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function nameOf(row: Row): string {
  return [row.channel_id, row.business_date, row.scope, row.external_id.toString()].join(' ');
}

function standingOf({ attempt, reference, body_hash: bodyHash }: Row): Standing {
  return { attempt: attempt.toString(), reference: reference?.toString(), bodyHash };
}
