import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { ReadSession } from '../../../backoffice/src/contracts';
import { call, carryCsrfToken, Refused, type Told } from './call';
import { queries } from './queries';

export type Session = Told<typeof ReadSession>;

const SESSION = ['session'];

/** Who is signed in; null: nobody. */
export function useSession(): UseQueryResult<Session | null> {
  return useQuery({ queryKey: SESSION, queryFn: readSession, staleTime: 60_000 });
}

async function readSession(): Promise<Session | null> {
  try {
    return entered(await call<typeof ReadSession>('session', { byItself: true }));
  } catch (error) {
    if (error instanceof Refused && error.problem.code === 'NOT_SIGNED_IN') return null;
    throw error;
  }
}

/** Takes over a session that has just begun or was confirmed. */
export function enter(session: Session): void {
  queries.setQueryData(SESSION, entered(session));
}

/** Forgets everything that was read: somebody else may come. */
export function leave(): void {
  queries.clear();
  queries.setQueryData(SESSION, null);
}

function entered(session: Session): Session {
  carryCsrfToken(session.csrfToken);
  return session;
}

/** Whether somebody may do something; the back office decides all the same. */
export function may({ permissions }: Session, permission: string): boolean {
  return permissions.includes(permission);
}
