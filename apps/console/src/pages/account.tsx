import {
  Badge,
  Button,
  Card,
  Code,
  Group,
  PasswordInput,
  SimpleGrid,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import type {
  ChangeFactor,
  ChangePassword,
  ConfirmFactor,
  EndOwnSession,
  ListOwnSessions,
  RenewRecoveryCodes,
} from '../../../backoffice/src/contracts';
import { call } from '../api/call';
import { leave } from '../api/session';
import type { PageOf } from '../page';
import { useAct } from '../parts/act';
import { ProveAgain } from '../parts/fresh';
import { ProblemNote } from '../parts/problem';
import { Qr } from '../parts/qr';
import { Reading } from '../parts/reading';
import { RecoveryCodes } from '../parts/recovery-codes';
import { moment } from '../words/figures';
import { useWords } from '../words/use-words';

/** One's own access: sessions, password, second factor. */
export function Account({ session }: PageOf) {
  const words = useWords();
  return (
    <Stack>
      <Title order={1} size="h2">
        {words('account.title')}
      </Title>
      <Group gap="xs">
        <Text fw={600}>{session.name}</Text>
        <Text c="dimmed">{session.login}</Text>
        {session.roles.map((role) => (
          <Badge key={role} variant="light">
            {role}
          </Badge>
        ))}
      </Group>
      <Sessions />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Password />
        <Factor />
      </SimpleGrid>
    </Stack>
  );
}

function Sessions() {
  const words = useWords();
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => call<typeof ListOwnSessions>('sessions', { signal }),
  });
  const end = useMutation({
    mutationFn: (sessionId: string) =>
      call<typeof EndOwnSession>(`sessions/${sessionId}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {words('account.sessions')}
      </Title>
      <Reading of={sessions}>
        {(told) => (
          <Table.ScrollContainer minWidth={600}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{words('account.started')}</Table.Th>
                  <Table.Th>{words('account.seen')}</Table.Th>
                  <Table.Th>{words('account.source')}</Table.Th>
                  <Table.Th>{words('account.agent')}</Table.Th>
                  <Table.Th />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {told.sessions.map(({ sessionId, startedAt, seenAt, source, agent, isThis }) => (
                  <Table.Tr key={sessionId}>
                    <Table.Td>{moment(startedAt)}</Table.Td>
                    <Table.Td>{moment(seenAt)}</Table.Td>
                    <Table.Td className="reference" style={{ whiteSpace: 'nowrap' }}>
                      {source}
                    </Table.Td>
                    <Table.Td>
                      <Text size="xs" lineClamp={1} title={agent}>
                        {agent}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      {isThis ? (
                        <Badge variant="light" style={{ flexShrink: 0 }} miw="max-content">
                          {words('account.thisOne')}
                        </Badge>
                      ) : (
                        <Button size="compact-xs" variant="default" onClick={() => end.mutate(sessionId)}>
                          {words('account.end')}
                        </Button>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Reading>
    </Card>
  );
}

function Password() {
  const words = useWords();
  const navigate = useNavigate();
  const [said, setSaid] = useState({ current: '', next: '' });
  const change = useMutation({
    mutationFn: () => call<typeof ChangePassword>('session/password', { method: 'POST', body: said }),
    onSuccess: () => {
      leave();
      void navigate('/sign-in', { replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Card withBorder>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Title order={2} size="h4">
            {words('account.password')}
          </Title>
          {change.isError && <ProblemNote error={change.error} />}
          <PasswordInput
            label={words('account.current')}
            autoComplete="current-password"
            required
            value={said.current}
            onChange={({ currentTarget: { value } }) => setSaid((before) => ({ ...before, current: value }))}
          />
          <PasswordInput
            label={words('account.next')}
            description={words('account.passwordHint')}
            autoComplete="new-password"
            required
            value={said.next}
            onChange={({ currentTarget: { value } }) => setSaid((before) => ({ ...before, next: value }))}
          />
          <Group>
            <Button type="submit" loading={change.isPending}>
              {words('account.change')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Factor() {
  const words = useWords();
  const [code, setCode] = useState('');
  const seed = useAct<void, Awaited<ReturnType<typeof askForSeed>>>(askForSeed);
  const confirm = useAct((said: string) =>
    call<typeof ConfirmFactor>('session/factor/confirmation', { method: 'POST', body: { code: said } }),
  );
  const renew = useAct<void, { recoveryCodes: string[] }>(() =>
    call<typeof RenewRecoveryCodes>('session/recovery-codes', { method: 'POST' }),
  );
  const proof = seed.proof ?? confirm.proof ?? renew.proof;
  const error = proof ? undefined : (seed.error ?? confirm.error ?? renew.error);
  const codes = confirm.data?.recoveryCodes ?? renew.data?.recoveryCodes;
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {words('account.factor')}
        </Title>
        {proof && <ProveAgain {...proof} />}
        {error && <ProblemNote error={error} />}
        {codes && <RecoveryCodes codes={codes} />}
        {seed.data && !confirm.data && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              confirm.mutate(code);
            }}
          >
            <Stack gap="sm">
              <Group>
                <Qr says={seed.data.address} label={words('enrol.seed')} />
                <Code style={{ overflowWrap: 'anywhere', flex: 1 }}>{seed.data.seed}</Code>
              </Group>
              <TextInput
                label={words('enrol.firstCode')}
                autoComplete="one-time-code"
                required
                value={code}
                onChange={({ currentTarget: { value } }) => setCode(value)}
              />
              <Button type="submit" loading={confirm.isPending}>
                {words('account.confirmFactor')}
              </Button>
            </Stack>
          </form>
        )}
        <Group>
          <Button variant="default" loading={seed.isPending} onClick={() => seed.mutate()}>
            {words('account.newFactor')}
          </Button>
          <Button variant="default" loading={renew.isPending} onClick={() => renew.mutate()}>
            {words('account.newCodes')}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

function askForSeed() {
  return call<typeof ChangeFactor>('session/factor', { method: 'POST' });
}
