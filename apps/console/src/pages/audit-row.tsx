import { Anchor, Card, Code, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import type { ReadAudit } from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { may } from '../api/session';
import type { PageOf } from '../page';
import { differenceOf } from '../parts/difference';
import { Reading } from '../parts/reading';
import { moment } from '../words/figures';
import { useWords } from '../words/use-words';

type Row = Told<typeof ReadAudit>;

/** One row of the trail, with what it changed. */
export function AuditRow({ session }: PageOf) {
  const words = useWords();
  const { row = '' } = useParams();
  const read = useQuery({
    queryKey: ['audit', 'row', row],
    queryFn: ({ signal }) => call<typeof ReadAudit>(`audit/${encodeURIComponent(row)}`, { signal }),
  });
  return (
    <Stack>
      <Anchor component={Link} to="/audit" size="sm">
        {words('audit.back')}
      </Anchor>
      <Reading of={read} outline={8}>
        {(told) => (
          <>
            <Facts row={told} mayReadPayments={may(session, 'payments.read')} />
            <Changes row={told} />
          </>
        )}
      </Reading>
    </Stack>
  );
}

function Facts({ row, mayReadPayments }: { row: Row; mayReadPayments: boolean }) {
  const words = useWords();
  const facts = [
    [words('audit.filters.by'), `${row.by} (${row.role})`],
    [words('audit.at'), moment(row.writtenAt)],
    [words('audit.atByProcess'), moment(row.at)],
    [words('audit.source'), `${row.source} · ${row.authenticated}`],
    [words('audit.process'), row.process],
    [words('audit.reason'), row.reason],
    [words('audit.approval'), row.approvalId],
    [words('audit.run'), row.runId === null ? null : String(row.runId)],
  ].flatMap(([label, value]) => (value === null ? [] : [{ label: label ?? '', value: value ?? '' }]));
  return (
    <Card withBorder>
      <Title order={1} size="h3" mb="sm">
        {words('audit.heading', { row: row.row })}: {row.action} · {row.objectKind} {row.objectId}
      </Title>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
        {facts.map(({ label, value }) => (
          <div key={label}>
            <Text size="xs" c="dimmed">
              {label}
            </Text>
            <Text style={{ overflowWrap: 'anywhere' }}>{value}</Text>
          </div>
        ))}
        {row.paymentId !== null && (
          <div>
            <Text size="xs" c="dimmed">
              {words('payments.paymentId')}
            </Text>
            {mayReadPayments ? (
              <Anchor component={Link} to={`/payments/${row.paymentId}`} className="reference">
                {row.paymentId}
              </Anchor>
            ) : (
              <Text className="reference">{row.paymentId}</Text>
            )}
          </div>
        )}
      </SimpleGrid>
      <Text size="xs" c="dimmed" mt="sm">
        {words('audit.hash')}
      </Text>
      <Code style={{ overflowWrap: 'anywhere' }}>{row.hash}</Code>
    </Card>
  );
}

function Changes({ row }: { row: Row }) {
  const words = useWords();
  const changes = differenceOf(row.before, row.after);
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {words('audit.changes')}
      </Title>
      {row.tooLong ? (
        <Text>
          {words('audit.tooLong', { characters: row.tooLong.characters })} <Code>{row.tooLong.sha256}</Code>
        </Text>
      ) : changes.length === 0 ? (
        <Text c="dimmed">{words('audit.noChanges')}</Text>
      ) : (
        <Table.ScrollContainer minWidth={560}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words('audit.member')}</Table.Th>
                <Table.Th>{words('audit.before')}</Table.Th>
                <Table.Th>{words('audit.after')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {changes.map(({ name, before, after }) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row" className="reference" fw={500}>
                    {name}
                  </Table.Th>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    {before !== undefined && <del>{before}</del>}
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    {after !== undefined && <ins>{after}</ins>}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Card>
  );
}
