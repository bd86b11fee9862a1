import { doorsDown, type DoorDown } from '#lib/conduct';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import { endAlerts, openAlerts, raiseAlert } from '#lib/reconciliation';

/** Whom the alerts about doors stand under. */
const SWITCH = 'SWITCH';

/** Tells people of each door that no running switch has open, and ends what was told once one has. */
export async function tellDoorsDown(database: Database, logger: Logger, now: Date): Promise<void> {
  const down = await doorsDown(database);
  const subjects = new Set(down.map(subjectOf));
  for (const alert of await openAlerts(database))
    if (alert.kind === 'door_down' && !subjects.has(alert.subject))
      await endAlerts(database, alert, ['door_down'], 'the door is open again', now);
  for (const { name, seq, since } of down) {
    const businessDate = businessDateOf(since, JAKARTA_MIDNIGHT);
    const reason = `no running switch has the door ${name} open, since ${since.toISOString()}; other doors may be in use`;
    const subject = subjectOf({ name, seq });
    await raiseAlert(
      database,
      logger,
      { source: SWITCH, businessDate, kind: 'door_down', subject, reason },
      now,
    );
  }
}

/** An outage of a door; at most 64 characters. */
function subjectOf({ name, seq }: Pick<DoorDown, 'name' | 'seq'>): string {
  return `${name.slice(0, 52)} ${seq}`;
}
