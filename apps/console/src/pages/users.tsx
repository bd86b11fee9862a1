import { Anchor, Badge, Button, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import type { ListUsers } from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { may } from '../api/session';
import type { PageOf } from '../page';
import { Reading } from '../parts/reading';
import { UserState } from '../parts/user-state';
import { Waiting } from '../parts/waiting';
import { moment } from '../words/figures';
import { useWords } from '../words/use-words';

type User = Told<typeof ListUsers>['users'][number];

/** Everybody who may sign in. */
export function Users({ session }: PageOf) {
  const words = useWords();
  const [said, setSaid] = useState('');
  const [q, ask] = useState('');
  const list = useInfiniteQuery({
    queryKey: ['users', 'list', q],
    queryFn: ({ signal, pageParam }) =>
      call<typeof ListUsers>('users', { query: { q, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask(said.trim());
  };
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {words('users.title')}
        </Title>
        <Group gap="xs">
          <Button component={Link} to="/users/roles" variant="default">
            {words('users.roles')}
          </Button>
          {may(session, 'users.manage') && (
            <Button component={Link} to="/users/new">
              {words('users.new')}
            </Button>
          )}
        </Group>
      </Group>
      <form onSubmit={submit} role="search">
        <Group align="end" gap="xs">
          <TextInput
            size="xs"
            label={words('users.find')}
            spellCheck={false}
            value={said}
            onChange={({ currentTarget: { value } }) => setSaid(value)}
          />
          <Button size="xs" type="submit">
            {words('audit.ask')}
          </Button>
        </Group>
      </form>
      <Reading of={list} outline={8}>
        {({ pages }) => {
          const users = pages.flatMap((page) => page.users);
          return (
            <>
              <Waiting waiting={pages[0]?.waiting ?? []} />
              {users.length === 0 ? <Text>{words('users.none')}</Text> : <Rows users={users} />}
            </>
          );
        }}
      </Reading>
      {list.hasNextPage && (
        <Group>
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {words('users.more')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Rows({ users }: { users: readonly User[] }) {
  const words = useWords();
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words('users.login')}</Table.Th>
            <Table.Th>{words('users.of')}</Table.Th>
            <Table.Th>{words('account.roles')}</Table.Th>
            <Table.Th>{words('users.state')}</Table.Th>
            <Table.Th>{words('users.signedInAt')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((one) => (
            <Table.Tr key={one.userId}>
              <Table.Td>
                <Anchor component={Link} to={`/users/${one.userId}`}>
                  {one.login}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {one.name}
                </Text>
              </Table.Td>
              <Table.Td>{one.channelId ?? words('users.house')}</Table.Td>
              <Table.Td>
                <Group gap={4}>
                  {one.roles.map((role) => (
                    <Badge key={role} variant="light" tt="none">
                      {role}
                    </Badge>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td>
                <UserState user={one} />
              </Table.Td>
              <Table.Td>{one.signedInAt === null ? words('users.never') : moment(one.signedInAt)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
