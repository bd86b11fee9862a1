import type { z } from 'zod';
import type { Contract, ProblemDetails } from '../../../backoffice/src/contracts';

/** What an endpoint tells, as it arrives. */
export type Told<C extends Contract> = C['answer'] extends z.ZodType ? z.output<C['answer']> : never;

/** The back office said no, and why. */
export class Refused extends Error {
  constructor(readonly problem: ProblemDetails) {
    super(problem.title);
  }
}

/** Nothing came back: the network, or a back office that is starting. */
export class Unreachable extends Error {}

let csrfToken = '';
let whenSignedOut: () => void = () => undefined;

/** What every changing call carries, as the session tells it. */
export function carryCsrfToken(token: string): void {
  csrfToken = token;
}

/** Who is told when a session is over. */
export function onSignedOut(tell: () => void): void {
  whenSignedOut = tell;
}

interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: object;
  /** The page asks by itself: it keeps no session alive. */
  byItself?: boolean;
  signal?: AbortSignal;
}

/** Calls the back office. @throws Refused; Unreachable. */
export async function call<C extends Contract>(
  path: string,
  { method = 'GET', query = {}, body, byItself, signal }: Call = {},
): Promise<Told<C>> {
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  );
  const address = `/api/v1/${path}${asked.size > 0 ? `?${asked}` : ''}`;
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(method === 'GET' ? {} : { 'x-csrf-token': csrfToken }),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(byItself ? { 'x-simpul-poll': '1' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable('unreachable', { cause: error });
  }
  if (response.ok) return (await response.json()) as Told<C>;
  const problem = await problemOf(response);
  if (problem.code === 'NOT_SIGNED_IN') whenSignedOut();
  throw new Refused(problem);
}

async function problemOf(response: Response): Promise<ProblemDetails> {
  try {
    return (await response.json()) as ProblemDetails;
  } catch (error) {
    throw new Unreachable(`HTTP ${response.status}`, { cause: error });
  }
}
