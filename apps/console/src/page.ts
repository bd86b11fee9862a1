import type { Session } from './api/session';

/** What every page is given. */
export interface PageOf {
  session: Session;
}
