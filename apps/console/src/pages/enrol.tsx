import {
  Anchor,
  Button,
  Card,
  Center,
  Code,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import type { BeginEnrolment, CompleteEnrolment } from '../../../backoffice/src/contracts';
import { call } from '../api/call';
import { ProblemNote } from '../parts/problem';
import { Qr } from '../parts/qr';
import { RecoveryCodes } from '../parts/recovery-codes';
import { useWords } from '../words/use-words';

/** A new user sets password and second factor by the one-time code that was handed over. */
export function Enrol() {
  const words = useWords();
  const [said, setSaid] = useState({ login: '', secret: '', password: '', code: '' });
  const { login, secret } = said;
  const begin = useMutation({
    mutationFn: () => call<typeof BeginEnrolment>('enrolment', { method: 'POST', body: { login, secret } }),
  });
  const complete = useMutation({
    mutationFn: () =>
      call<typeof CompleteEnrolment>('enrolment/confirmation', { method: 'POST', body: said }),
  });
  const field = (name: keyof typeof said) => ({
    name,
    required: true,
    value: said[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setSaid((before) => ({ ...before, [name]: value }));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (begin.data) complete.mutate();
    else begin.mutate();
  };
  return (
    <Center mih="100vh" p="md" component="main">
      <Card withBorder w={440} maw="100%" padding="lg">
        <form onSubmit={submit} noValidate>
          <Stack gap="sm">
            <Title order={1} size="h3">
              {words('enrol.title')}
            </Title>
            {complete.data ? (
              <RecoveryCodes codes={complete.data.recoveryCodes} />
            ) : (
              <>
                {(complete.error ?? begin.error) && <ProblemNote error={complete.error ?? begin.error} />}
                <TextInput
                  label={words('signIn.login')}
                  type="email"
                  autoComplete="username"
                  disabled={begin.isSuccess}
                  {...field('login')}
                />
                <TextInput
                  label={words('enrol.secret')}
                  description={words('enrol.secretHint')}
                  autoComplete="off"
                  disabled={begin.isSuccess}
                  {...field('secret')}
                />
                {begin.data && (
                  <>
                    <Text size="sm">{words('enrol.seed')}</Text>
                    <Group align="center">
                      <Qr says={begin.data.address} label={words('enrol.seed')} />
                      <Code style={{ overflowWrap: 'anywhere', flex: 1 }}>{begin.data.seed}</Code>
                    </Group>
                    <PasswordInput
                      label={words(begin.data.needsNewPassword ? 'enrol.newPassword' : 'enrol.password')}
                      autoComplete={begin.data.needsNewPassword ? 'new-password' : 'current-password'}
                      {...field('password')}
                    />
                    <TextInput
                      label={words('enrol.firstCode')}
                      autoComplete="one-time-code"
                      {...field('code')}
                    />
                  </>
                )}
                <Button type="submit" fullWidth loading={begin.isPending || complete.isPending}>
                  {words(begin.data ? 'enrol.finish' : 'enrol.next')}
                </Button>
              </>
            )}
            <Anchor component={Link} to="/sign-in" size="sm">
              {words('enrol.toSignIn')}
            </Anchor>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
