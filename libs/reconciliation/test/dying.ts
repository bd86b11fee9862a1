import type { Database, Statements } from '#lib/platform';

/** What a dead process says. */
export class Killed extends Error {}

/**
 * The database as a process sees it that dies at its n-th step: nothing it asks for afterwards happens. Steps are
 * statements and, with the answer lost, commits.
 */
export function dyingAfter(database: Database, steps: number): { database: Database; isDead: () => boolean } {
  let left = steps;
  const live = () => {
    if (left <= 0) throw new Killed('killed');
    left -= 1;
  };
  const dying = (statements: Statements): Statements => ({
    async rows<T>(...query: Parameters<Statements['rows']>) {
      live();
      return statements.rows<T>(...query);
    },
    async run(...query) {
      live();
      return statements.run(...query);
    },
  });
  const pool = dying(database);
  return {
    isDead: () => left <= 0,
    database: new Proxy(database, {
      get(target, member) {
        if (member === 'rows' || member === 'run') return pool[member];
        if (member === 'transaction')
          return async <T>(work: (statements: Statements) => Promise<T>): Promise<T> => {
            const result = await target.transaction((statements) => work(dying(statements)));
            live();
            return result;
          };
        return Reflect.get(target, member) as unknown;
      },
    }),
  };
}
