import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { ConfirmIdentity } from '../../../backoffice/src/contracts';
import { call, Refused } from '../api/call';
import { enter } from '../api/session';
import { useWords } from '../words/use-words';
import { ProblemNote } from './problem';

/** Whether an act needs its user to prove once more who they are. */
export function needsProof(error: unknown): boolean {
  return error instanceof Refused && error.problem.code === 'FRESH_AUTHENTICATION_NEEDED';
}

/** Asks for a code once more, and then goes on with what was asked for. */
export function ProveAgain({ onProved, onCancel }: { onProved: () => void; onCancel: () => void }) {
  const words = useWords();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () =>
      call<typeof ConfirmIdentity>('session/confirmation', { method: 'POST', body: { code } }),
    onSuccess: (session) => {
      enter(session);
      onProved();
    },
    onError: () => setCode(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <Modal opened onClose={onCancel} title={words('fresh.title')} centered>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words('fresh.why')}</Text>
          {confirm.isError && <ProblemNote error={confirm.error} />}
          <TextInput
            label={words('signIn.code')}
            description={words('signIn.codeHint')}
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            required
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onCancel}>
              {words('fresh.cancel')}
            </Button>
            <Button type="submit" loading={confirm.isPending}>
              {words('fresh.confirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
