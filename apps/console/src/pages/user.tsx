import { Anchor, Button, Card, Checkbox, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type {
  DisableUser,
  EndUserSession,
  ListRoles,
  ProposeEnable,
  ProposeReset,
  ProposeRoles,
  ReadUser,
  UnlockUser,
} from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { may } from '../api/session';
import type { PageOf } from '../page';
import { useAct } from '../parts/act';
import { ProveAgain } from '../parts/fresh';
import { ProblemNote } from '../parts/problem';
import { Reading } from '../parts/reading';
import { Reasoned } from '../parts/reasoned';
import { RoleChoice } from '../parts/role-choice';
import { UserEvents } from '../parts/user-events';
import { UserState } from '../parts/user-state';
import { Waiting } from '../parts/waiting';
import { moment } from '../words/figures';
import { useWords } from '../words/use-words';

type Shown = Told<typeof ReadUser>;
type Person = Shown['user'];

/** One user: how they stand, their sessions, what happened around them, and what may be done about it. */
export function User({ session }: PageOf) {
  const words = useWords();
  const { userId = '' } = useParams();
  const queries = useQueryClient();
  const read = useQuery({
    queryKey: ['users', 'one', userId],
    queryFn: ({ signal }) => call<typeof ReadUser>(`users/${encodeURIComponent(userId)}`, { signal }),
  });
  const onDone = () => void queries.invalidateQueries({ queryKey: ['users'] });
  const mayManage = may(session, 'users.manage');
  return (
    <Stack>
      <Anchor component={Link} to="/users" size="sm">
        {words('users.back')}
      </Anchor>
      <Reading of={read} outline={10}>
        {({ user, sessions, waiting }) => (
          <>
            <Head user={user} />
            <Waiting waiting={waiting} />
            {user.state === 'locked' && mayManage && <Unlock user={user} onDone={onDone} />}
            <Sessions user={user} sessions={sessions} mayEnd={mayManage} onDone={onDone} />
            {mayManage && <Acts key={user.userId} user={user} onDone={onDone} />}
            {may(session, 'audit.read') && <UserEvents userId={user.userId} />}
          </>
        )}
      </Reading>
    </Stack>
  );
}

function Head({ user }: { user: Person }) {
  const words = useWords();
  const facts = [
    { label: words('users.of'), value: user.channelId ?? words('users.house') },
    { label: words('account.roles'), value: user.roles.join(', ') },
    {
      label: words('users.signedInAt'),
      value: user.signedInAt === null ? words('users.never') : moment(user.signedInAt),
    },
    { label: words('users.created'), value: `${moment(user.createdAt)} · ${user.createdBy}` },
  ];
  return (
    <Card withBorder>
      <Group gap="sm" mb="sm">
        <Title order={1} size="h2">
          {user.name}
        </Title>
        <Text c="dimmed">{user.login}</Text>
        <UserState user={user} />
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
        {facts.map(({ label, value }) => (
          <div key={label}>
            <Text size="xs" c="dimmed">
              {label}
            </Text>
            <Text style={{ overflowWrap: 'anywhere' }}>{value}</Text>
          </div>
        ))}
      </SimpleGrid>
    </Card>
  );
}

function Unlock({ user, onDone }: { user: Person; onDone: () => void }) {
  const words = useWords();
  const unlock = useAct<void, Told<typeof UnlockUser>>(
    () => call<typeof UnlockUser>(`users/${user.userId}/unlock`, { method: 'POST' }),
    onDone,
  );
  return (
    <Card withBorder>
      {unlock.proof && <ProveAgain {...unlock.proof} />}
      {unlock.error && !unlock.proof && <ProblemNote error={unlock.error} />}
      <Group justify="space-between">
        <Text size="sm">{words('users.lockedHint')}</Text>
        <Button loading={unlock.isPending} onClick={() => unlock.mutate()}>
          {words('users.unlock')}
        </Button>
      </Group>
    </Card>
  );
}

function Sessions({
  user,
  sessions,
  mayEnd,
  onDone,
}: {
  user: Person;
  sessions: Shown['sessions'];
  mayEnd: boolean;
  onDone: () => void;
}) {
  const words = useWords();
  const end = useAct(
    (sessionId: string) =>
      call<typeof EndUserSession>(`users/${user.userId}/sessions/${sessionId}`, { method: 'DELETE' }),
    onDone,
  );
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {words('account.sessions')}
      </Title>
      {end.error && <ProblemNote error={end.error} />}
      {sessions.length === 0 ? (
        <Text c="dimmed">{words('users.noSessions')}</Text>
      ) : (
        <Table.ScrollContainer minWidth={600}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words('account.started')}</Table.Th>
                <Table.Th>{words('account.seen')}</Table.Th>
                <Table.Th>{words('account.source')}</Table.Th>
                <Table.Th>{words('account.agent')}</Table.Th>
                {mayEnd && <Table.Th>{words('account.end')}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sessions.map(({ sessionId, startedAt, seenAt, source, agent }) => (
                <Table.Tr key={sessionId}>
                  <Table.Td>{moment(startedAt)}</Table.Td>
                  <Table.Td>{moment(seenAt)}</Table.Td>
                  <Table.Td className="reference">{source}</Table.Td>
                  <Table.Td>
                    <Text size="xs" lineClamp={1} title={agent}>
                      {agent}
                    </Text>
                  </Table.Td>
                  {mayEnd && (
                    <Table.Td>
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={words('users.endSession', { at: moment(startedAt) })}
                        loading={end.isPending && end.variables === sessionId}
                        onClick={() => end.mutate(sessionId)}
                      >
                        {words('account.end')}
                      </Button>
                    </Table.Td>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Card>
  );
}

function Acts({ user, onDone }: { user: Person; onDone: () => void }) {
  const words = useWords();
  const path = `users/${user.userId}`;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <RolesOf user={user} onDone={onDone} />
      {user.state === 'disabled' ? (
        <Reasoned
          title={words('users.enable')}
          hint={words('users.fourEyes')}
          button={words('users.propose')}
          done={words('users.proposed')}
          act={(reason) => call<typeof ProposeEnable>(`${path}/enable`, { method: 'POST', body: { reason } })}
          onDone={onDone}
        />
      ) : (
        <>
          <Reset user={user} onDone={onDone} />
          <Reasoned
            title={words('users.disable')}
            hint={words('users.disableHint')}
            button={words('users.disable')}
            done={words('users.disabled')}
            color="red"
            act={(reason) =>
              call<typeof DisableUser>(`${path}/disable`, { method: 'POST', body: { reason } })
            }
            onDone={onDone}
          />
        </>
      )}
    </SimpleGrid>
  );
}

function RolesOf({ user, onDone }: { user: Person; onDone: () => void }) {
  const words = useWords();
  const [roles, setRoles] = useState(user.roles);
  const choices = useQuery({
    queryKey: ['users', 'roles'],
    queryFn: ({ signal }) => call<typeof ListRoles>('roles', { signal }),
  });
  return (
    <Reasoned
      title={words('users.changeRoles')}
      hint={words('users.rolesHint')}
      button={words('users.propose')}
      done={words('users.proposed')}
      act={(reason) =>
        call<typeof ProposeRoles>(`users/${user.userId}/roles`, { method: 'POST', body: { roles, reason } })
      }
      onDone={onDone}
    >
      <Reading of={choices} outline={2}>
        {({ builtIn, custom }) => (
          <RoleChoice
            roles={[...builtIn, ...custom].map(({ role }) => role)}
            value={roles}
            onChange={setRoles}
          />
        )}
      </Reading>
    </Reasoned>
  );
}

function Reset({ user, onDone }: { user: Person; onDone: () => void }) {
  const words = useWords();
  const [isPasswordLost, setPasswordLost] = useState(false);
  return (
    <Reasoned
      title={words('users.reset')}
      hint={words('users.resetHint')}
      button={words('users.propose')}
      done={words('users.proposed')}
      act={(reason) =>
        call<typeof ProposeReset>(`users/${user.userId}/reset`, {
          method: 'POST',
          body: { isPasswordKept: !isPasswordLost, reason },
        })
      }
      onDone={onDone}
    >
      <Checkbox
        label={words('users.passwordLost')}
        checked={isPasswordLost}
        onChange={({ currentTarget: { checked } }) => setPasswordLost(checked)}
      />
    </Reasoned>
  );
}
