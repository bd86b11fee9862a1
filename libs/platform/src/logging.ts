import pino, { type DestinationStream, type Logger } from 'pino';

/** Members that never reach a log, wherever they stand in an object. */
const SECRET_MEMBERS = [
  'secret',
  'password',
  'token',
  'signature',
  'authorization',
  'privateKey',
  'pan',
  'pin',
  // Of a database error: the statement with its values, such as a customer's name or a token that is money.
  'sql',
];

/** One structured line per step, on standard output unless told otherwise; secrets are cut at the source. */
export function createLogger(name: string, destination: DestinationStream = standardOutput()): Logger {
  const options = {
    name,
    level: process.env.SIMPUL_LOG_LEVEL ?? 'info',
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: SECRET_MEMBERS.flatMap((member) => [member, `*.${member}`, `*.*.${member}`]),
      censor: '[masked]',
    },
  };
  return pino(options, destination);
}

const FLUSH_MS = 500;
const PORTION_CHARACTERS = 16_384;

/**
 * Standard output, written in portions: a payment does not wait for its log lines. What a kill takes with it is at most
 * half a second of log, never of the books.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: false });
  let lines: string[] = [];
  let length = 0;
  const passOn = (): void => {
    if (length > 0) output.write(lines.join(''));
    lines = [];
    length = 0;
  };
  setInterval(passOn, FLUSH_MS).unref();
  process.on('exit', () => {
    passOn();
    output.flushSync();
  });
  return {
    write(line) {
      length += line.length;
      lines.push(line);
      if (length >= PORTION_CHARACTERS) passOn();
    },
  };
}

/** A customer number as logs and screens may show it: the last four digits. */
export function maskNumber(number: string): string {
  return number.length <= 4 ? '****' : '*'.repeat(number.length - 4) + number.slice(-4);
}

export type { Logger };
