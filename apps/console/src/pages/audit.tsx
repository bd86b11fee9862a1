import { Anchor, Button, Group, SimpleGrid, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { ListAudit } from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { Reading } from '../parts/reading';
import { moment } from '../words/figures';
import { useWords } from '../words/use-words';

type Row = Told<typeof ListAudit>['rows'][number];

const FILTERS = ['by', 'action', 'objectKind', 'objectId', 'from', 'to'] as const;
type Filter = Record<(typeof FILTERS)[number], string>;

/** The audit trail: searched, read page by page, taken out as a file. */
export function Audit() {
  const words = useWords();
  const [asked, ask] = useSearchParams();
  const filter = Object.fromEntries(FILTERS.map((name) => [name, asked.get(name) ?? ''])) as Filter;
  const trail = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ signal, pageParam }) =>
      call<typeof ListAudit>('audit', { query: { ...filter, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const said = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''));
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {words('audit.title')}
        </Title>
        <Button component="a" variant="default" href={`/api/v1/audit/file?${said}`} download>
          {words('audit.download')}
        </Button>
      </Group>
      <FilterForm
        key={said.toString()}
        filter={filter}
        onAsk={(wanted) => ask(Object.entries(wanted).filter(([, value]) => value !== ''))}
      />
      <Reading of={trail} outline={10}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows);
          return rows.length === 0 ? <Text>{words('audit.none')}</Text> : <Rows rows={rows} />;
        }}
      </Reading>
      {trail.hasNextPage && (
        <Group>
          <Button
            variant="default"
            loading={trail.isFetchingNextPage}
            onClick={() => void trail.fetchNextPage()}
          >
            {words('audit.more')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function FilterForm({ filter, onAsk }: { filter: Filter; onAsk: (filter: Filter) => void }) {
  const words = useWords();
  const [said, setSaid] = useState(filter);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = Object.entries(said).map(([name, value]) => [name, value.trim()]);
    onAsk(Object.fromEntries(trimmed) as Filter);
  };
  return (
    <form onSubmit={submit} role="search">
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm" style={{ alignItems: 'end' }}>
        {FILTERS.map((name) => (
          <TextInput
            key={name}
            size="xs"
            name={name}
            label={words(`audit.filters.${name}`)}
            type={name === 'from' || name === 'to' ? 'date' : 'text'}
            spellCheck={false}
            value={said[name]}
            onChange={({ currentTarget: { value } }) => setSaid((before) => ({ ...before, [name]: value }))}
          />
        ))}
        <Group gap="xs">
          <Button size="xs" type="submit">
            {words('audit.ask')}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => onAsk(Object.fromEntries(FILTERS.map((name) => [name, ''])) as Filter)}
          >
            {words('audit.clear')}
          </Button>
        </Group>
      </SimpleGrid>
    </form>
  );
}

function Rows({ rows }: { rows: readonly Row[] }) {
  const words = useWords();
  return (
    <Table.ScrollContainer minWidth={860}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words('audit.row')}</Table.Th>
            <Table.Th>{words('audit.at')}</Table.Th>
            <Table.Th>{words('audit.filters.by')}</Table.Th>
            <Table.Th>{words('audit.filters.action')}</Table.Th>
            <Table.Th>{words('audit.object')}</Table.Th>
            <Table.Th>{words('audit.source')}</Table.Th>
            <Table.Th>{words('audit.reason')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((one) => (
            <Table.Tr key={one.row}>
              <Table.Td>
                <Anchor
                  component={Link}
                  to={`/audit/${one.row}`}
                  className="reference"
                  aria-label={words('audit.open', { row: one.row })}
                >
                  {one.row}
                </Anchor>
              </Table.Td>
              <Table.Td>{moment(one.writtenAt)}</Table.Td>
              <Table.Td>
                {one.by}
                <Text size="xs" c="dimmed">
                  {one.role}
                </Text>
              </Table.Td>
              <Table.Td>{one.action}</Table.Td>
              <Table.Td>
                {one.objectKind}
                <Text size="xs" c="dimmed" className="reference">
                  {one.objectId}
                </Text>
              </Table.Td>
              <Table.Td>
                {one.source}
                <Text size="xs" c="dimmed">
                  {one.authenticated}
                </Text>
              </Table.Td>
              <Table.Td>
                <Text size="sm" lineClamp={2}>
                  {one.reason}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
