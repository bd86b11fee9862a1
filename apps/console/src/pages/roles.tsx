import { Anchor, Card, MultiSelect, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import type { ListRoles, ProposeRole } from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { may } from '../api/session';
import type { PageOf } from '../page';
import { Reading } from '../parts/reading';
import { Reasoned } from '../parts/reasoned';
import { Waiting } from '../parts/waiting';
import { useWords } from '../words/use-words';

/** What each role may do; those of the installation are proposed here. */
export function Roles({ session }: PageOf) {
  const words = useWords();
  const roles = useQuery({
    queryKey: ['users', 'roles'],
    queryFn: ({ signal }) => call<typeof ListRoles>('roles', { signal }),
  });
  return (
    <Stack>
      <Anchor component={Link} to="/users" size="sm">
        {words('users.back')}
      </Anchor>
      <Title order={1} size="h2">
        {words('users.roles')}
      </Title>
      <Reading of={roles} outline={8}>
        {(told) => (
          <>
            <Waiting waiting={told.waiting} />
            <Listed title={words('users.customRoles')} roles={told.custom} />
            {may(session, 'users.manage') && <Define choices={told} />}
            <Listed title={words('users.builtInRoles')} roles={told.builtIn} />
          </>
        )}
      </Reading>
    </Stack>
  );
}

function Listed({ title, roles }: { title: string; roles: Told<typeof ListRoles>['custom'] }) {
  const words = useWords();
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {roles.length === 0 ? (
        <Text c="dimmed">{words('users.noRoles')}</Text>
      ) : (
        <Table>
          <Table.Tbody>
            {roles.map(({ role, permissions }) => (
              <Table.Tr key={role}>
                <Table.Th scope="row" style={{ verticalAlign: 'top' }}>
                  {role}
                </Table.Th>
                <Table.Td>
                  <Text size="sm">{permissions.join(', ')}</Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}

function Define({ choices }: { choices: Told<typeof ListRoles> }) {
  const words = useWords();
  const queries = useQueryClient();
  const [role, setRole] = useState('');
  const [permissions, setPermissions] = useState<string[]>([]);
  /** A name that is known brings along what it may do now. */
  const name = (typed: string) => {
    setRole(typed);
    const known = choices.custom.find((one) => one.role === typed);
    if (known) setPermissions(known.permissions);
  };
  return (
    <Reasoned
      title={words('users.defineRole')}
      hint={words('users.defineHint')}
      button={words('users.propose')}
      done={words('users.proposed')}
      act={(reason) =>
        call<typeof ProposeRole>('roles', { method: 'POST', body: { role, permissions, reason } })
      }
      onDone={() => {
        setRole('');
        setPermissions([]);
        void queries.invalidateQueries({ queryKey: ['users'] });
      }}
    >
      <TextInput
        label={words('users.roleName')}
        placeholder="night_desk"
        required
        maxLength={30}
        spellCheck={false}
        value={role}
        onChange={({ currentTarget: { value } }) => name(value)}
      />
      <MultiSelect
        label={words('users.permissions')}
        data={choices.permissions}
        searchable
        clearable
        value={permissions}
        onChange={setPermissions}
      />
    </Reasoned>
  );
}
