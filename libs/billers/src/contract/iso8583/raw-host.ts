import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { FrameReader, type IsoMessage, type Iso8583Spec } from '#lib/iso8583';

/** One business message as it came over the wire. */
export interface IsoRequest {
  message: IsoMessage;
  /** The whole frame, one character for each byte. */
  raw: string;
}

/** What a host does once it has read a whole business message, and before that with a sign-on. */
export interface IsoReaction {
  react(line: HostLine, question: IsoMessage): void;
  /** The code that a sign-on is answered with; no answer at all where null; approved where left out. */
  signOnCode?: string | null;
}

/** A host's end of a line: messages in the dialect, and bytes as a test wants them. */
export interface HostLine {
  socket: Socket;
  send(message: IsoMessage): void;
}

/** A host on bare TCP, so that a test decides about every byte and every closing of a line. */
export interface RawHost {
  port: number;
  /** Every business message that was read, in the order they came. */
  requests: readonly IsoRequest[];
  close(): Promise<void>;
}

/** Starts a host on a free port of this machine. It answers network messages by itself. */
export async function rawHost(dialect: Iso8583Spec, reaction: IsoReaction): Promise<RawHost> {
  const requests: IsoRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const reader = new FrameReader(dialect.framing);
    const line: HostLine = { socket, send: (message) => socket.write(dialect.packFrame(message)) };
    // A caller that gives up resets the connection; that is part of the play.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const bytes of reader.push(chunk).messages) {
        const read = dialect.unpack(bytes);
        if (!read.ok) throw new Error(`the host cannot read what we sent: ${read.error.message}`);
        const message = read.value;
        if (message.mti === dialect.definition.network.request)
          answerNetwork(dialect, reaction, line, message);
        else if (dialect.answerTypeOf(message.mti) !== undefined) {
          requests.push({ message, raw: dialect.framing.wrap(Buffer.from(bytes)).toString('latin1') });
          reaction.react(line, message);
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function answerNetwork(
  dialect: Iso8583Spec,
  { signOnCode }: IsoReaction,
  line: HostLine,
  question: IsoMessage,
): void {
  const { codes, network } = dialect.definition;
  const isSignOn = question.fields[network.codeField] === network.signOn;
  if (isSignOn && signOnCode === null) return;
  const code = isSignOn ? (signOnCode ?? codes.approved) : codes.approved;
  line.send(dialect.answerTo(question, { [codes.field]: code }));
}
