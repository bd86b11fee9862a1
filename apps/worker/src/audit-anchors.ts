import { anchorDay, anchorFolder, type AnchorTools } from '#lib/audit';
import { PollLoop } from './poll-loop';

const LOOK_MS = 60_000;

/** Keeps, once a day, where the audit trail ends in a file outside the database. @returns stops it. */
export function startAuditAnchors({
  home,
  ...tools
}: Omit<AnchorTools, 'folder'> & { home: string }): () => Promise<void> {
  const folder = anchorFolder(home);
  const loop = new PollLoop(
    {
      work: async () => {
        await anchorDay({ ...tools, folder });
        return false;
      },
      failure: 'the end of the audit trail could not be kept outside the database; the next look starts over',
    },
    LOOK_MS,
    tools.logger,
  );
  return () => loop.stop();
}
