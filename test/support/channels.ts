import type { Statements } from '#lib/platform';

/** Writes channels that nobody signs in to, for tests that need no more of them than their rows. */
export async function addChannels(admin: Statements, channelIds: readonly string[]): Promise<void> {
  await admin.run(
    'INSERT IGNORE INTO channel (channel_id, name, protocol, profile, commission_mode, secret) VALUES ?',
    [channelIds.map((channelId) => [channelId, channelId, 'h2h', 'h2h', 'immediate', Buffer.alloc(0)])],
  );
}
