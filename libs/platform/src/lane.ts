import { createConnection, type Connection, type ResultSetHeader, type RowDataPacket } from 'mysql2';
import { answerOf, connectionOptions, SESSION, type Milestone } from './connection';

/** The results of a packet of statements, in order: rows of a SELECT, or what a change matched. */
export type PacketResults = readonly (RowDataPacket[] | ResultSetHeader)[];

/** Answers and messages still come in the connection's own character set. */
const ASCII_TEXT = 'SET character_set_client = ascii, character_set_connection = ascii';

/**
 * One connection that takes several statements in one packet, so that a unit of work costs a round trip and not ten.
 * Only generated SQL with escaped values goes in: on such a connection an injected quote could add a statement. The
 * text is ASCII and the server is told so, for it then reads each value as it comes instead of converting it.
 */
export class Lane {
  private connection: Promise<Connection> | undefined;

  /** @param packetWithinMs a packet without an answer after this long counts as a lost connection. */
  constructor(
    private readonly url: string,
    private readonly packetWithinMs: number,
  ) {}

  /** Sends statements in one packet. The server stops at the first one that fails; its error is thrown. */
  send(...statements: readonly string[]): Promise<PacketResults> {
    return this.sendTelling(statements, undefined);
  }

  /** As `send`, and tells when the server has done the first statements of the packet and goes on with the rest. */
  async sendTelling(statements: readonly string[], milestone: Milestone | undefined): Promise<PacketResults> {
    this.connection ??= this.connect();
    const connection = await this.connection.catch((error: unknown) => {
      this.connection = undefined;
      throw error;
    });
    const results = await answerOf<RowDataPacket[]>(
      connection,
      statements.join(';'),
      [],
      this.packetWithinMs,
      milestone,
    );
    // One statement alone comes back bare, several as a list.
    return statements.length === 1 ? [results] : (results as unknown as PacketResults);
  }

  /** Lets go of the connection, and with it of whatever transaction was open on it. */
  drop(): void {
    void this.connection?.then(
      (connection) => connection.destroy(),
      () => undefined,
    );
    this.connection = undefined;
  }

  private async connect(): Promise<Connection> {
    const connection = createConnection({
      ...connectionOptions(this.url),
      multipleStatements: true,
      // The text is whole: nothing in it is to be looked for and filled in.
      queryFormat: (sql) => sql,
    });
    // An error between packets only means that the next packet needs a new connection.
    connection.on('error', () => this.drop());
    try {
      for (const statement of [...SESSION, ASCII_TEXT])
        await answerOf(connection, statement, [], this.packetWithinMs);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    return connection;
  }
}
