import { Alert, Badge, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import type { SearchPayments } from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { checkPaymentId } from '../parts/payment-id';
import { Reading } from '../parts/reading';
import { StatusBadge } from '../parts/status';
import { date, moment, rupiah } from '../words/figures';
import { useWords } from '../words/use-words';

type Found = Told<typeof SearchPayments>['payments'][number];

/** What the search box found. */
export function Payments() {
  const words = useWords();
  const [asked] = useSearchParams();
  const q = (asked.get('q') ?? '').trim();
  const isAsked = q.length >= 3;
  const found = useQuery({
    queryKey: ['payments', q],
    queryFn: ({ signal }) => call<typeof SearchPayments>('payments', { query: { q }, signal }),
    enabled: isAsked,
  });
  return (
    <Stack>
      <Title order={1} size="h2">
        {words('payments.title')}
      </Title>
      {!isAsked && <Text c="dimmed">{words('payments.ask')}</Text>}
      {isAsked && checkPaymentId(q) === 'mistyped' && (
        <Alert color="yellow">{words('payments.mistyped')}</Alert>
      )}
      {isAsked && (
        <Reading of={found} outline={6}>
          {({ payments }) =>
            payments.length === 0 ? (
              <Text>{words('payments.none', { q })}</Text>
            ) : (
              <FoundTable payments={payments} />
            )
          }
        </Reading>
      )}
    </Stack>
  );
}

function FoundTable({ payments }: { payments: readonly Found[] }) {
  const words = useWords();
  return (
    <Table.ScrollContainer minWidth={820}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words('payments.paymentId')}</Table.Th>
            <Table.Th>{words('payments.status')}</Table.Th>
            <Table.Th className="figure">{words('payments.total')}</Table.Th>
            <Table.Th>{words('payments.product')}</Table.Th>
            <Table.Th>{words('payments.customer')}</Table.Th>
            <Table.Th>{words('payments.channel')}</Table.Th>
            <Table.Th>{words('payments.createdAt')}</Table.Th>
            <Table.Th>{words('payments.foundBy')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {payments.map((one) => (
            <Table.Tr key={one.paymentId}>
              <Table.Td>
                <Link className="reference" to={`/payments/${one.paymentId}`}>
                  {one.paymentId}
                </Link>
              </Table.Td>
              <Table.Td>
                <StatusBadge status={one.status} />
              </Table.Td>
              <Table.Td className="figure">{rupiah(one.total)}</Table.Td>
              <Table.Td>{one.productId}</Table.Td>
              <Table.Td className="reference">{one.customerNumber}</Table.Td>
              <Table.Td>
                {one.channelId}
                <Text size="xs" c="dimmed" className="reference">
                  {one.reference}
                </Text>
              </Table.Td>
              <Table.Td>
                {moment(one.createdAt)}
                <Text size="xs" c="dimmed">
                  {words('payments.businessDate')} {date(one.businessDate)}
                </Text>
              </Table.Td>
              <Table.Td>
                <Badge variant="light" color="gray">
                  {words(`payments.by.${one.foundBy}`)}
                </Badge>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
