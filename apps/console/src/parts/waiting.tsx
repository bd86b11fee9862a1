import { Alert, List, Text } from '@mantine/core';
import type { ListUsers } from '../../../backoffice/src/contracts';
import type { Told } from '../api/call';
import { moment } from '../words/figures';
import { useWords, type WordKey } from '../words/use-words';

const KINDS: Readonly<Record<string, WordKey>> = {
  user_add: 'users.kinds.user_add',
  user_roles: 'users.kinds.user_roles',
  user_enable: 'users.kinds.user_enable',
  user_reset: 'users.kinds.user_reset',
  custom_role: 'users.kinds.custom_role',
};

/** What was proposed about users or roles and waits for a second person; nothing where nothing waits. */
export function Waiting({ waiting }: { waiting: Told<typeof ListUsers>['waiting'] }) {
  const words = useWords();
  if (waiting.length === 0) return null;
  return (
    <Alert color="yellow" variant="light" title={words('users.waiting')} role="status">
      <List size="sm" spacing={4}>
        {waiting.map(({ approvalId, kind, subject, maker, reason, expiresAt }) => {
          const known = KINDS[kind];
          return (
            <List.Item key={approvalId}>
              {known ? words(known) : kind}: <strong>{subject}</strong> — {reason}
              <Text size="xs" c="dimmed">
                {words('users.waitsUntil', { approvalId, maker, until: moment(expiresAt) })}
              </Text>
            </List.Item>
          );
        })}
      </List>
    </Alert>
  );
}
