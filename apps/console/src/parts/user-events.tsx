import { Button, Card, Group, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ListUserEvents } from '../../../backoffice/src/contracts';
import { call } from '../api/call';
import { moment } from '../words/figures';
import { useWords } from '../words/use-words';
import { Reading } from './reading';

/** What happened around somebody's access, the newest first. */
export function UserEvents({ userId }: { userId: string }) {
  const words = useWords();
  const list = useInfiniteQuery({
    queryKey: ['users', 'events', userId],
    queryFn: ({ signal, pageParam }) =>
      call<typeof ListUserEvents>(`users/${userId}/events`, {
        query: { limit: 20, cursor: pageParam },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {words('users.events')}
      </Title>
      <Reading of={list}>
        {({ pages }) => (
          <Table.ScrollContainer minWidth={640}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{words('users.at')}</Table.Th>
                  <Table.Th>{words('users.event')}</Table.Th>
                  <Table.Th>{words('audit.filters.by')}</Table.Th>
                  <Table.Th>{words('audit.source')}</Table.Th>
                  <Table.Th>{words('users.detail')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {pages
                  .flatMap(({ events }) => events)
                  .map(({ eventId, at, kind, by, source, detail }) => (
                    <Table.Tr key={eventId}>
                      <Table.Td>{moment(at)}</Table.Td>
                      <Table.Td>{kind.replaceAll('_', ' ')}</Table.Td>
                      <Table.Td>{by}</Table.Td>
                      <Table.Td className="reference">{source}</Table.Td>
                      <Table.Td>
                        <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                          {detail === null ? '' : JSON.stringify(detail)}
                        </Text>
                      </Table.Td>
                    </Table.Tr>
                  ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Reading>
      {list.hasNextPage && (
        <Group mt="xs">
          <Button
            size="xs"
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {words('audit.more')}
          </Button>
        </Group>
      )}
    </Card>
  );
}
