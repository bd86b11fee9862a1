import { Alert, Badge, Card, Group, Progress, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ReadToday } from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { Reading } from '../parts/reading';
import { count, date, hour, rupiah, since } from '../words/figures';
import { useWords } from '../words/use-words';

type Day = Told<typeof ReadToday>;
const EVERY_MS = 10_000;

/** The day at a glance; it looks again by itself. */
export function Today() {
  const words = useWords();
  const today = useQuery({
    queryKey: ['today'],
    queryFn: ({ signal }) => call<typeof ReadToday>('today', { byItself: true, signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <Stack>
      <Group justify="space-between" align="baseline">
        <Title order={1} size="h2">
          {words('today.title')}
        </Title>
        {today.data && (
          <Text c="dimmed" size="sm">
            {date(today.data.businessDate)} · {words('today.asOf', { at: hour(today.data.at) })}
          </Text>
        )}
      </Group>
      <Reading of={today} outline={10}>
        {(day) => <Glance day={day} />}
      </Reading>
    </Stack>
  );
}

function Glance({ day }: { day: Day }) {
  const words = useWords();
  const { payments, deposits, operations, reconciliation, breaks, approvals, payouts } = day;
  const parts = [payments, deposits, operations, reconciliation, breaks, approvals, payouts];
  if (parts.every((part) => part === null)) return <Text>{words('today.nothing')}</Text>;
  return (
    <>
      {operations && operations.doorsDown.length > 0 && (
        <Alert color="red">
          {words('today.doorsDown', { names: operations.doorsDown.map(({ name }) => name).join(', ') })}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
        {payments && <OpenFigure payments={payments} />}
        {breaks && (
          <Figure
            label={words('today.breaks')}
            value={count(breaks.count)}
            note={rupiah(breaks.amount)}
            {...(breaks.overdue > 0
              ? { warning: words('today.overdue', { count: count(breaks.overdue) }) }
              : {})}
          />
        )}
        {approvals && <Figure label={words('today.approvals')} value={count(approvals.count)} />}
        {payouts && <PayoutFigure payouts={payouts} />}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        {deposits && <Deposits deposits={deposits} />}
        {operations && <Routes operations={operations} />}
        {payments && <Ages payments={payments} />}
        {reconciliation && <Files reconciliation={reconciliation} />}
      </SimpleGrid>
    </>
  );
}

function Figure({
  label,
  value,
  note,
  warning,
}: {
  label: string;
  value: string;
  note?: ReactNode;
  warning?: string;
}) {
  return (
    <Card withBorder padding="sm">
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={700} style={{ fontSize: '1.5rem', fontVariantNumeric: 'tabular-nums' }}>
        {value}
      </Text>
      {note && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
      {warning && (
        <Badge color="red" variant="light" mt={4}>
          {warning}
        </Badge>
      )}
    </Card>
  );
}

function OpenFigure({ payments }: { payments: NonNullable<Day['payments']> }) {
  const words = useWords();
  const { isMore, oldestSeconds, valueAtRisk } = payments;
  const counted = count(payments.count);
  const oldest = oldestSeconds === null ? '' : ` · ${words('today.oldest')} ${since(oldestSeconds)}`;
  return (
    <Figure
      label={words('today.open')}
      value={isMore ? words('today.openMore', { count: counted }) : counted}
      note={`${words('today.atRisk')} ${rupiah(valueAtRisk)}${oldest}`}
    />
  );
}

function PayoutFigure({ payouts }: { payouts: NonNullable<Day['payouts']> }) {
  const words = useWords();
  const all = payouts.reduce((sum, one) => sum + one.count, 0);
  const note =
    payouts.length === 0
      ? words('today.noPayouts')
      : payouts.map(({ state, count: n, amount }) => `${state} ${count(n)}: ${rupiah(amount)}`).join(' · ');
  return <Figure label={words('today.payouts')} value={count(all)} note={note} />;
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card withBorder padding="sm">
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      {children}
    </Card>
  );
}

function Deposits({ deposits }: { deposits: NonNullable<Day['deposits']> }) {
  const words = useWords();
  return (
    <Panel title={words('today.deposits')}>
      <Table.ScrollContainer minWidth={420}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words('today.channel')}</Table.Th>
              <Table.Th className="figure">{words('today.posted')}</Table.Th>
              <Table.Th className="figure">{words('today.held')}</Table.Th>
              <Table.Th className="figure">{words('today.available')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {deposits.map(({ channelId, posted, held, available }) => (
              <Table.Tr key={channelId}>
                <Table.Td>{channelId}</Table.Td>
                <Table.Td className="figure">{rupiah(posted)}</Table.Td>
                <Table.Td className="figure">{rupiah(held)}</Table.Td>
                <Table.Td className="figure">{rupiah(available)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

const BREAKERS = { open: 'red', probing: 'yellow', closed: 'teal' } as const;

function Routes({ operations }: { operations: NonNullable<Day['operations']> }) {
  const words = useWords();
  const { routes, routesInAll } = operations;
  return (
    <Panel title={words('today.routes')}>
      {routes.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words('today.routesFine', { count: count(routesInAll) })}
        </Text>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words('today.route')}</Table.Th>
              <Table.Th>{words('today.circuit')}</Table.Th>
              <Table.Th className="figure">{words('today.failed')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {routes.map(({ routeId, productId, billerId, off, breaker, failed, calls }) => (
              <Table.Tr key={`${productId} ${routeId}`}>
                <Table.Td>
                  {productId} → {billerId}
                  {off !== null && (
                    <Text size="xs" c="dimmed">
                      {words('today.off', { why: off })}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  <Badge color={BREAKERS[breaker]} variant="light">
                    {breaker}
                  </Badge>
                </Table.Td>
                <Table.Td className="figure">
                  {count(failed)} / {count(calls)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}

function Ages({ payments }: { payments: NonNullable<Day['payments']> }) {
  const words = useWords();
  const most = Math.max(1, ...payments.ages.map((age) => age.count));
  return (
    <Panel title={words('today.ages')}>
      <Stack gap={6}>
        {payments.ages.map(({ upToSeconds, count: n }) => {
          const label =
            upToSeconds === null ? words('today.older') : words('today.upTo', { age: since(upToSeconds) });
          return (
            <Group key={label} gap="sm" wrap="nowrap">
              <Text size="sm" w={110}>
                {label}
              </Text>
              <Progress value={(n / most) * 100} style={{ flex: 1 }} aria-label={label} />
              <Text size="sm" className="figure" w={48}>
                {count(n)}
              </Text>
            </Group>
          );
        })}
      </Stack>
      {payments.forPeople.length > 0 && (
        <>
          <Title order={3} size="h6" mt="sm">
            {words('today.forPeople')}
          </Title>
          {payments.forPeople.map(({ paymentId, billerId, charge, nextStep }) => (
            <Text size="sm" key={paymentId}>
              <Link className="reference" to={`/payments/${paymentId}`}>
                {paymentId}
              </Link>{' '}
              {billerId} {rupiah(charge)}: {nextStep}
            </Text>
          ))}
        </>
      )}
    </Panel>
  );
}

function Files({ reconciliation }: { reconciliation: NonNullable<Day['reconciliation']> }) {
  const words = useWords();
  const { alerts, days } = reconciliation;
  return (
    <Panel title={words('today.files')}>
      {alerts.length === 0 && (
        <Text size="sm" c="dimmed">
          {words('today.filesFine')}
        </Text>
      )}
      {alerts.map(({ source, businessDate, kind, subject, reason, level, nextStep }) => (
        <Alert
          key={`${source} ${businessDate} ${kind} ${subject}`}
          color={level === 'warning' ? 'yellow' : 'red'}
          mb="xs"
          title={`${source} · ${date(businessDate)} · ${kind}`}
        >
          <Text size="sm">{reason}</Text>
          <Text size="xs" c="dimmed">
            {nextStep}
          </Text>
        </Alert>
      ))}
      {days.length > 0 && (
        <>
          <Title order={3} size="h6" mt="sm">
            {words('today.days')}
          </Title>
          <Group gap="xs" mt={4}>
            {days.map(({ source, businessDate, state }) => (
              <Badge key={`${source} ${businessDate}`} variant="default">
                {source} {businessDate}: {state}
              </Badge>
            ))}
          </Group>
        </>
      )}
    </Panel>
  );
}
