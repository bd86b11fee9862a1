import { numberSetting, SettingError, tlsFromEnvironment, type TlsMaterial } from '#lib/platform';
import { isLoopback } from '../addresses';

/** Where one profile's lines come in. */
export interface Iso8583Listening {
  port: number;
  /** Undefined: in the plain, on a private line or this machine. */
  tls: TlsMaterial | undefined;
}

/**
 * Reads where the lines of a profile come in: `<NAME>_PORT`, with `<NAME>_TLS_CERTIFICATE_FILE` and
 * `<NAME>_TLS_KEY_FILE`, or `<NAME>_PLAIN_LINE=1` where the line is a private one.
 * @param setting the profile's `port`, such as `ISO8583_PORT`.
 * @param where the address it listens on, and whether this is production: there, plain lines that others can reach are
 * refused unless they are said to be private.
 * @returns undefined where the port is not set.
 * @throws SettingError naming what is wrong and what to do.
 */
export function iso8583FromEnvironment(
  setting: string,
  { host, isProduction }: { host: string; isProduction: boolean },
  now: Date,
): Iso8583Listening | undefined {
  if (process.env[setting] === undefined) return undefined;
  const name = setting.replace(/_PORT$/, '');
  const port = numberSetting(setting, 'the port of an ISO 8583 profile');
  const tls = tlsFromEnvironment(name, now);
  const isPrivate = process.env[`${name}_PLAIN_LINE`] === '1';
  if (isProduction && !tls && !isPrivate && !isLoopback(host))
    throw new SettingError(
      `${setting} would be open in the plain on ${host}: give ${name}_TLS_CERTIFICATE_FILE and ` +
        `${name}_TLS_KEY_FILE, or say ${name}_PLAIN_LINE=1 where only a private line leads there`,
    );
  return { port, tls };
}
