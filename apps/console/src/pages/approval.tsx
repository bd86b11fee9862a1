import { Alert, Button, Card, Group, SimpleGrid, Stack, Table, Text, Textarea, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import type {
  ApproveProposal,
  ReadApproval,
  RejectProposal,
  WithdrawProposal,
} from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { useAct } from '../parts/act';
import { ApprovalState, kindInWords } from '../parts/approval';
import { ProveAgain } from '../parts/fresh';
import { ProblemNote } from '../parts/problem';
import { Reading } from '../parts/reading';
import { moment } from '../words/figures';
import { useWords } from '../words/use-words';
import { languageNow } from '../words/words';

type Shown = Told<typeof ReadApproval>;

/** One proposal: exactly what is to happen, and the decision about it. */
export function Approval() {
  const { approvalId = '' } = useParams();
  const shown = useQuery({
    queryKey: ['approval', approvalId],
    queryFn: ({ signal }) =>
      call<typeof ReadApproval>(`approvals/${encodeURIComponent(approvalId)}`, { signal }),
    // What is decided about stays as it was read until somebody looks again: the version of it is what they agree to.
    refetchOnWindowFocus: false,
  });
  return <Reading of={shown}>{(told) => <Story told={told} />}</Reading>;
}

function Story({ told }: { told: Shown }) {
  const words = useWords();
  const { approval, does, history, may } = told;
  return (
    <Stack>
      <Group>
        <Title order={1} size="h2">
          {kindInWords(words, approval.kind)}
        </Title>
        <ApprovalState state={approval.state} />
      </Group>
      <Card withBorder>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="xs">
          <Fact name={words('approvals.proposal')}>{approval.approvalId}</Fact>
          <Fact name={words('approvals.subject')}>
            <Subject {...approval} />
          </Fact>
          <Fact name={words('approvals.version')}>{approval.version}</Fact>
          <Fact name={words('approvals.maker')}>{approval.maker}</Fact>
          <Fact name={words('approvals.reason')}>{approval.reason}</Fact>
          <Fact name={words('approvals.agreed')}>
            {words('approvals.ofNeeded', {
              given: approval.checkersGiven,
              needed: approval.checkersNeeded,
            })}
          </Fact>
          <Fact name={words('approvals.proposedAt')}>{moment(approval.proposedAt)}</Fact>
          <Fact name={words('approvals.expires')}>{moment(approval.expiresAt)}</Fact>
        </SimpleGrid>
      </Card>
      <Does does={does} />
      <Decisions approval={approval} may={may} />
      <History history={history} />
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </div>
  );
}

function Subject({ subject }: Shown['approval']) {
  return <span className="reference">{subject}</span>;
}

function Does({ does }: { does: Shown['does'] }) {
  const words = useWords();
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {words('approvals.does')}
      </Title>
      <Table>
        <Table.Tbody>
          {does.map(({ name, value }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" style={{ width: '12rem' }}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}

function Decisions({ approval, may }: Pick<Shown, 'approval' | 'may'>) {
  const words = useWords();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const { approvalId, version } = approval;
  const address = `approvals/${encodeURIComponent(approvalId)}`;
  const lookAgain = () => {
    void queries.invalidateQueries({ queryKey: ['approval', approvalId] });
    void queries.invalidateQueries({ queryKey: ['approvals'] });
  };
  const approve = useAct<void, Told<typeof ApproveProposal>>(
    () => call<typeof ApproveProposal>(`${address}/approval`, { method: 'POST', body: { version } }),
    lookAgain,
  );
  const reject = useAct<void, Told<typeof RejectProposal>>(
    () => call<typeof RejectProposal>(`${address}/rejection`, { method: 'POST', body: { version, reason } }),
    lookAgain,
  );
  const withdraw = useAct<void, Told<typeof WithdrawProposal>>(
    () => call<typeof WithdrawProposal>(`${address}/withdrawal`, { method: 'POST', body: { version } }),
    lookAgain,
  );
  const startOver = () => {
    for (const act of [approve, reject, withdraw]) act.reset();
    lookAgain();
  };
  const proof = approve.proof ?? reject.proof ?? withdraw.proof;
  const error = proof ? undefined : (approve.error ?? reject.error ?? withdraw.error);
  const isBusy = approve.isPending || reject.isPending || withdraw.isPending;
  const submitRejection = (event: FormEvent) => {
    event.preventDefault();
    reject.mutate();
  };
  return (
    <Stack gap="sm">
      {proof && <ProveAgain {...proof} />}
      {error && <ProblemNote error={error} onAgain={startOver} />}
      {approve.data && (
        <Alert
          color={approve.data.isDone ? 'teal' : 'yellow'}
          role="status"
          style={{ overflowWrap: 'anywhere' }}
        >
          {approve.data.said[languageNow()]}
        </Alert>
      )}
      {may.decide && !approve.data && (
        <Card withBorder>
          <Stack gap="sm">
            <Text size="sm">{words('approvals.decide', { version })}</Text>
            <Group>
              <Button loading={approve.isPending} disabled={isBusy} onClick={() => approve.mutate()}>
                {words('approvals.approve')}
              </Button>
            </Group>
            <form onSubmit={submitRejection}>
              <Group align="end">
                <Textarea
                  label={words('approvals.why')}
                  required
                  maxLength={500}
                  autosize
                  style={{ flex: 1 }}
                  value={reason}
                  onChange={({ currentTarget: { value } }) => setReason(value)}
                />
                <Button
                  type="submit"
                  variant="default"
                  color="red"
                  loading={reject.isPending}
                  disabled={isBusy}
                >
                  {words('approvals.reject')}
                </Button>
              </Group>
            </form>
          </Stack>
        </Card>
      )}
      {may.withdraw && (
        <Group>
          <Button
            variant="default"
            loading={withdraw.isPending}
            disabled={isBusy}
            onClick={() => withdraw.mutate()}
          >
            {words('approvals.withdraw')}
          </Button>
        </Group>
      )}
      <Text size="sm">
        <Link to="/approvals">{words('approvals.toList')}</Link>
      </Text>
    </Stack>
  );
}

function History({ history }: Pick<Shown, 'history'>) {
  const words = useWords();
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {words('approvals.history')}
      </Title>
      <Table.ScrollContainer minWidth={600}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words('approvals.at')}</Table.Th>
              <Table.Th>{words('approvals.by')}</Table.Th>
              <Table.Th>{words('approvals.state')}</Table.Th>
              <Table.Th>{words('approvals.version')}</Table.Th>
              <Table.Th>{words('approvals.note')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {history.map(({ at, by, event, version, note }, index) => (
              <Table.Tr key={index}>
                <Table.Td>{moment(at)}</Table.Td>
                <Table.Td>{by}</Table.Td>
                <Table.Td>
                  <ApprovalState state={event} />
                </Table.Td>
                <Table.Td className="reference">{version}</Table.Td>
                <Table.Td>{note}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
