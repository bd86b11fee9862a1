import { Badge, Group } from '@mantine/core';
import type { ListUsers } from '../../../backoffice/src/contracts';
import type { Told } from '../api/call';
import { useWords } from '../words/use-words';

const COLOURS = { active: 'teal', disabled: 'gray', locked: 'red' } as const;

/** Whether somebody may sign in now, and whether they have set password and second factor. */
export function UserState({
  user: { state, isEnrolled },
}: {
  user: Pick<Told<typeof ListUsers>['users'][number], 'state' | 'isEnrolled'>;
}) {
  const words = useWords();
  return (
    <Group gap={4}>
      <Badge color={COLOURS[state]} variant="light">
        {words(`users.states.${state}`)}
      </Badge>
      {!isEnrolled && (
        <Badge color="yellow" variant="light">
          {words('users.notEnrolled')}
        </Badge>
      )}
    </Group>
  );
}
