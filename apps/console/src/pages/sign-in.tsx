import { Alert, Anchor, Button, Card, Center, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import type { SignIn as SignInContract } from '../../../backoffice/src/contracts';
import { call } from '../api/call';
import { enter } from '../api/session';
import { ProblemNote } from '../parts/problem';
import { speak } from '../words/words';
import { useWords } from '../words/use-words';

/** The door: address, password and code together. */
export function SignIn() {
  const words = useWords();
  const navigate = useNavigate();
  const { state } = useLocation() as { state: { isOver?: boolean; from?: string } | null };
  const [said, setSaid] = useState({ login: '', password: '', code: '' });
  const signIn = useMutation({
    mutationFn: () => call<typeof SignInContract>('session', { method: 'POST', body: said }),
    onSuccess: async (session) => {
      await speak(session.language);
      enter(session);
      await navigate(state?.from ?? '/', { replace: true });
    },
    onError: () => setSaid((before) => ({ ...before, code: '' })),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const field = (name: keyof typeof said) => ({
    name,
    required: true,
    value: said[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setSaid((before) => ({ ...before, [name]: value }));
    },
  });

  return (
    <Center mih="100vh" p="md" component="main">
      <Card withBorder w={380} maw="100%" padding="lg">
        <form onSubmit={submit} noValidate>
          <Stack gap="sm">
            <Title order={1} size="h3">
              {words('signIn.title')}
            </Title>
            {state?.isOver && !signIn.isError && <Alert color="yellow">{words('signIn.over')}</Alert>}
            {signIn.isError && <ProblemNote error={signIn.error} />}
            <TextInput
              label={words('signIn.login')}
              type="email"
              autoComplete="username"
              autoFocus
              {...field('login')}
            />
            <PasswordInput
              label={words('signIn.password')}
              autoComplete="current-password"
              {...field('password')}
            />
            <TextInput
              label={words('signIn.code')}
              description={words('signIn.codeHint')}
              autoComplete="one-time-code"
              {...field('code')}
            />
            <Button type="submit" fullWidth loading={signIn.isPending}>
              {words('signIn.enter')}
            </Button>
            <Anchor component={Link} to="/enrol" size="sm">
              {words('signIn.enrol')}
            </Anchor>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
