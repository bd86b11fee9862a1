import { Alert, Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useWords } from '../words/use-words';
import { useAct } from './act';
import { ProveAgain } from './fresh';
import { ProblemNote } from './problem';

/** Something that somebody does or proposes with a reason, after a fresh proof where it is asked for. */
export function Reasoned({
  title,
  hint,
  button,
  done,
  color,
  act,
  onDone,
  children,
}: {
  title: string;
  hint: string;
  button: string;
  /** What is told once it is done. */
  done: string;
  color?: string;
  act: (reason: string) => Promise<unknown>;
  onDone: () => void;
  children?: ReactNode;
}) {
  const words = useWords();
  const [reason, setReason] = useState('');
  const doing = useAct(act, () => {
    setReason('');
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    doing.mutate(reason);
  };
  return (
    <Card withBorder>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Title order={2} size="h4">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
          {doing.proof && <ProveAgain {...doing.proof} />}
          {doing.error && !doing.proof && <ProblemNote error={doing.error} />}
          {doing.isSuccess && (
            <Alert color="teal" variant="light" role="status">
              {done}
            </Alert>
          )}
          {children}
          <TextInput
            label={words('users.reason')}
            required
            maxLength={500}
            value={reason}
            onChange={({ currentTarget: { value } }) => setReason(value)}
          />
          <Group>
            <Button type="submit" loading={doing.isPending} {...(color === undefined ? {} : { color })}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
