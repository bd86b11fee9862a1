import { Badge, Button, Group, Select, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import type { ListApprovals } from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { ApprovalState, kindInWords, KINDS } from '../parts/approval';
import { ProblemNote } from '../parts/problem';
import { moment } from '../words/figures';
import { useWords } from '../words/use-words';

type Proposal = Told<typeof ListApprovals>['approvals'][number];

/** What waits for a second person. */
export function Approvals() {
  const words = useWords();
  const [asked, ask] = useSearchParams();
  const kind = asked.get('kind') ?? '';
  const which = asked.get('which') === 'all' ? 'all' : 'open';
  const found = useInfiniteQuery({
    queryKey: ['approvals', kind, which],
    queryFn: ({ pageParam, signal }) =>
      call<typeof ListApprovals>('approvals', { query: { kind, which, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  });
  const change = (name: string, value: string) =>
    ask((before) => {
      before.set(name, value);
      return before;
    });
  const approvals = found.data?.pages.flatMap((page) => page.approvals) ?? [];
  return (
    <Stack>
      <Title order={1} size="h2">
        {words('approvals.title')}
      </Title>
      <Group align="end">
        <SegmentedControl
          aria-label={words('approvals.which')}
          value={which}
          onChange={(value) => change('which', value)}
          data={[
            { value: 'open', label: words('approvals.open') },
            { value: 'all', label: words('approvals.all') },
          ]}
        />
        <Select
          label={words('approvals.kind')}
          placeholder={words('approvals.everyKind')}
          clearable
          searchable
          value={kind === '' ? null : kind}
          onChange={(value) => change('kind', value ?? '')}
          data={KINDS.map((one) => ({ value: one, label: kindInWords(words, one) }))}
        />
      </Group>
      {found.isError && <ProblemNote error={found.error} onAgain={() => void found.refetch()} />}
      {found.isPending && <Text aria-busy="true">…</Text>}
      {found.isSuccess && approvals.length === 0 && <Text>{words('approvals.none')}</Text>}
      {approvals.length > 0 && <ProposalTable approvals={approvals} />}
      {found.hasNextPage && (
        <Group>
          <Button
            variant="default"
            loading={found.isFetchingNextPage}
            onClick={() => void found.fetchNextPage()}
          >
            {words('approvals.more')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function ProposalTable({ approvals }: { approvals: readonly Proposal[] }) {
  const words = useWords();
  return (
    <Table.ScrollContainer minWidth={820}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words('approvals.proposal')}</Table.Th>
            <Table.Th>{words('approvals.kind')}</Table.Th>
            <Table.Th>{words('approvals.subject')}</Table.Th>
            <Table.Th>{words('approvals.maker')}</Table.Th>
            <Table.Th>{words('approvals.agreed')}</Table.Th>
            <Table.Th>{words('approvals.state')}</Table.Th>
            <Table.Th>{words('approvals.expires')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {approvals.map((one) => (
            <Table.Tr key={one.approvalId}>
              <Table.Td>
                <Link className="reference" to={`/approvals/${one.approvalId}`}>
                  {one.approvalId}
                </Link>
              </Table.Td>
              <Table.Td>
                <Badge variant="light" color="gray">
                  {kindInWords(words, one.kind)}
                </Badge>
              </Table.Td>
              <Table.Td className="reference">{one.subject}</Table.Td>
              <Table.Td>
                {one.maker}
                <Text size="xs" c="dimmed" lineClamp={2}>
                  {one.reason}
                </Text>
              </Table.Td>
              <Table.Td>
                {words('approvals.ofNeeded', { given: one.checkersGiven, needed: one.checkersNeeded })}
              </Table.Td>
              <Table.Td>
                <ApprovalState state={one.state} />
              </Table.Td>
              <Table.Td>{moment(one.expiresAt)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
