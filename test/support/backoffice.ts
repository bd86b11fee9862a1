import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, SecretBox, SecretRing } from '#lib/platform';
import { openBackoffice, type RunningBackoffice } from '../../apps/backoffice/src/backoffice';
import type { TestDatabase } from './database';
import { aPeople, DATA_KEY, type People, type Person } from './people';

const CONFIG = join(__dirname, '..', '..', 'config');

/** A back office on a test's own database, and the people who use it. */
export interface BackofficeWorld {
  people: People;
  running: RunningBackoffice;
  /** Somebody with a browser of their own. */
  browser(): Browser;
  /** Somebody with these roles, signed in. */
  signedIn(login: string, ...roles: string[]): Promise<Browser>;
  close(): Promise<void>;
}

/** What came back. */
export interface Answered {
  status: number;
  // A test looks into what it expects, whatever its shape.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  headers: Headers;
}

/** Keeps cookies and carries the CSRF token, as the console's pages do. */
export interface Browser {
  cookies: Map<string, string>;
  csrfToken: string;
  get(path: string): Promise<Answered>;
  post(path: string, body?: object, headers?: Record<string, string>): Promise<Answered>;
  delete(path: string): Promise<Answered>;
  /** Any call, with nothing added that is not said. */
  send(path: string, init: RequestInit): Promise<Answered>;
  signIn(person: Person): Promise<Answered>;
}

/** Opens a back office. Its clock is the people's. @param dataKey under which the partners' secrets are sealed. */
export async function aBackoffice(store: TestDatabase, dataKey = DATA_KEY): Promise<BackofficeWorld> {
  const people = aPeople(store);
  const running = await openBackoffice({
    databaseUrl: store.url,
    secrets: new SecretRing(new SecretBox(dataKey), new SecretBox(DATA_KEY)),
    configDirectory: CONFIG,
    home: tmpdir(),
    port: 0,
    host: '127.0.0.1',
    clock: people.tools.clock,
    logger: createLogger('backoffice', { write: () => undefined }),
  });
  const browser = () => aBrowser(running.url, people);
  return {
    people,
    running,
    browser,
    async signedIn(login, ...roles) {
      const one = browser();
      const person = await people.add(login, { roles });
      people.tools.clock.advance(30_000);
      const answered = await one.signIn(person);
      if (answered.status !== 200)
        throw new Error(`${login} was not let in: ${JSON.stringify(answered.body)}`);
      return one;
    },
    close: () => running.close(),
  };
}

function aBrowser(url: string, people: People): Browser {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit): Promise<Answered> => {
    const headers = new Headers(init.headers);
    if (cookies.size > 0)
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(`${url}/api/v1/${path}`, { ...init, headers });
    for (const cookie of response.headers.getSetCookie()) keep(cookie);
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : JSON.parse(text),
      headers: response.headers,
    };
  };
  const keep = (cookie: string) => {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  };
  const browser: Browser = {
    cookies,
    csrfToken: '',
    send,
    get: (path) => send(path, {}),
    delete: (path) => send(path, { method: 'DELETE', headers: { 'x-csrf-token': browser.csrfToken } }),
    post: (path, body, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: {
          'x-csrf-token': browser.csrfToken,
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    async signIn(person) {
      const { login, password } = person;
      const answered = await browser.post('session', { login, password, code: await people.codeOf(person) });
      browser.csrfToken = answered.body?.csrfToken ?? '';
      return answered;
    },
  };
  return browser;
}
