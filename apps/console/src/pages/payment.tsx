import { Button, Card, Code, Group, Modal, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from 'react-router';
import type { HandOutReceipt, ReadPayment } from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { may } from '../api/session';
import type { PageOf } from '../page';
import { ProblemNote } from '../parts/problem';
import { Reading } from '../parts/reading';
import { StatusBadge } from '../parts/status';
import { date, moment, rupiah } from '../words/figures';
import { languageNow } from '../words/words';
import { useWords } from '../words/use-words';

type Story = Told<typeof ReadPayment>;
type Part = Story['parts'][number];

/** One payment, from the order to the bank statement. */
export function Payment({ session }: PageOf) {
  const { paymentId = '' } = useParams();
  const story = useQuery({
    queryKey: ['payment', paymentId],
    queryFn: ({ signal }) =>
      call<typeof ReadPayment>(`payments/${encodeURIComponent(paymentId)}`, { signal }),
  });
  return (
    <Reading of={story} outline={12}>
      {(told) => (
        <Stack>
          <Head story={told} mayPrint={may(session, 'receipts.read')} />
          {told.parts.map((part) => (
            <PartCard key={part.name} part={part} />
          ))}
          {told.said.length > 0 && <Said said={told.said} />}
        </Stack>
      )}
    </Reading>
  );
}

function Head({ story, mayPrint }: { story: Story; mayPrint: boolean }) {
  const words = useWords();
  const { payment } = story;
  const facts = [
    [words('payments.total'), rupiah(payment.total)],
    [words('payments.product'), payment.productId],
    [words('payments.customer'), payment.customerNumber],
    [words('payments.channel'), `${payment.channelId} · ${payment.reference}`],
    [words('payments.createdAt'), moment(payment.createdAt)],
    [words('payments.businessDate'), date(payment.businessDate)],
  ];
  return (
    <Card withBorder>
      <Group justify="space-between" align="flex-start" mb="sm">
        <Group gap="sm">
          <Title order={1} size="h2" className="reference" style={{ fontSize: '1.4rem' }}>
            {payment.paymentId.replace(/(.{4})(?=.)/g, '$1-')}
          </Title>
          <StatusBadge status={payment.status} />
          {payment.state !== payment.status && (
            <Text c="dimmed" size="sm">
              {payment.state}
            </Text>
          )}
        </Group>
        {mayPrint && story.hasReceipt && <Receipt paymentId={payment.paymentId} />}
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
        {facts.map(([label, value]) => (
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

/** The receipt on the screen, and the same on paper; each that is handed out after the first is a copy. */
function Receipt({ paymentId }: { paymentId: string }) {
  const words = useWords();
  const queries = useQueryClient();
  const handOut = useMutation({
    mutationFn: (format: 'text48' | 'pdf') =>
      call<typeof HandOutReceipt>(`payments/${paymentId}/receipt`, {
        method: 'POST',
        body: { format, language: languageNow() },
      }),
    onSuccess: (told, format) => {
      if (format === 'pdf') download(told);
      return queries.invalidateQueries({ queryKey: ['payment', paymentId] });
    },
  });
  const isText = handOut.data?.fileName.endsWith('.txt') === true;
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        loading={handOut.isPending}
        onClick={() => handOut.mutate('text48')}
      >
        {words('payments.receipt')}
      </Button>
      <Button size="xs" variant="default" loading={handOut.isPending} onClick={() => handOut.mutate('pdf')}>
        PDF
      </Button>
      {handOut.isError && <ProblemNote error={handOut.error} />}
      {isText && handOut.data && (
        <Modal opened onClose={() => handOut.reset()} title={words('payments.receipt')} size="lg">
          <Code block style={{ fontSize: '0.8rem' }}>
            {new TextDecoder().decode(bytesOf(handOut.data.base64))}
          </Code>
        </Modal>
      )}
    </Group>
  );
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function download({ base64, contentType, fileName }: Told<typeof HandOutReceipt>): void {
  const address = URL.createObjectURL(new Blob([bytesOf(base64)], { type: contentType }));
  const link = Object.assign(document.createElement('a'), { href: address, download: fileName });
  link.click();
  URL.revokeObjectURL(address);
}

function PartCard({ part }: { part: Part }) {
  const language = languageNow();
  const [first] = part.rows;
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {part.title[language]}
      </Title>
      {first && part.rows.length === 1 && <Facts row={first} />}
      {first && part.rows.length > 1 && <Rows rows={part.rows} heads={Object.keys(first)} />}
      {part.missing && (
        <Text c="dimmed" size="sm">
          {part.missing[language]}
        </Text>
      )}
    </Card>
  );
}

type Row = Part['rows'][number];

function Facts({ row }: { row: Row }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="xs">
      {Object.entries(row).map(([name, value]) => (
        <div key={name}>
          <Text size="xs" c="dimmed">
            {name}
          </Text>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {shown(value)}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

function Rows({ rows, heads }: { rows: readonly Row[]; heads: readonly string[] }) {
  return (
    <Table.ScrollContainer minWidth={600}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head} className={isFigures(rows, head) ? 'figure' : ''}>
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            <Table.Tr key={index}>
              {heads.map((head) => (
                <Table.Td key={head} className={isFigures(rows, head) ? 'figure' : ''}>
                  {shown(row[head] ?? null)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** A column of amounts: every cell is empty or digits, and one of them has four or more. */
function isFigures(rows: readonly Row[], head: string): boolean {
  const cells = rows.map((row) => row[head] ?? null).filter((cell) => cell !== null);
  return (
    cells.length > 0 &&
    cells.every((cell) => /^-?\d+$/.test(String(cell))) &&
    /debit|credit|amount/i.test(head)
  );
}

function shown(value: string | number | null): string {
  return value === null || value === '' ? '–' : String(value);
}

/** What the biller said at each move, masked: for those who have to answer for it. */
function Said({ said }: { said: Story['said'] }) {
  const words = useWords();
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {words('payments.said')}
      </Title>
      <Stack gap="sm">
        {said.map(({ no, at, event, evidence }) => (
          <div key={no}>
            <Text size="sm" fw={600}>
              {no}. {event}{' '}
              <Text span size="xs" c="dimmed">
                {moment(at)}
              </Text>
            </Text>
            <Code block>{JSON.stringify(evidence, null, 1)}</Code>
          </div>
        ))}
      </Stack>
    </Card>
  );
}
