import { Anchor, SegmentedControl, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import type { ListRoles, ProposeUser } from '../../../backoffice/src/contracts';
import { call, type Told } from '../api/call';
import { Reading } from '../parts/reading';
import { Reasoned } from '../parts/reasoned';
import { RoleChoice } from '../parts/role-choice';
import { useWords } from '../words/use-words';

/** The role of partners' own staff; the house has the others. */
const PARTNER = 'partner';
const NOBODY = {
  login: '',
  name: '',
  language: 'id',
  roles: [] as string[],
  channelId: null as string | null,
};

/** Somebody new is proposed. */
export function UserNew() {
  const words = useWords();
  const roles = useQuery({
    queryKey: ['users', 'roles'],
    queryFn: ({ signal }) => call<typeof ListRoles>('roles', { signal }),
  });
  return (
    <Stack maw={640}>
      <Anchor component={Link} to="/users" size="sm">
        {words('users.back')}
      </Anchor>
      <Title order={1} size="h2">
        {words('users.new')}
      </Title>
      <Reading of={roles}>{(told) => <NewForm choices={told} />}</Reading>
    </Stack>
  );
}

function NewForm({ choices }: { choices: Told<typeof ListRoles> }) {
  const words = useWords();
  const queries = useQueryClient();
  const [said, setSaid] = useState(NOBODY);
  const set = (more: Partial<typeof NOBODY>) => setSaid((before) => ({ ...before, ...more }));
  return (
    <Reasoned
      title={words('users.whom')}
      hint={words('users.fourEyes')}
      button={words('users.propose')}
      done={words('users.proposed')}
      act={(reason) => call<typeof ProposeUser>('users', { method: 'POST', body: { ...said, reason } })}
      onDone={() => {
        setSaid(NOBODY);
        void queries.invalidateQueries({ queryKey: ['users'] });
      }}
    >
      <TextInput
        label={words('signIn.login')}
        type="email"
        required
        autoComplete="off"
        maxLength={80}
        value={said.login}
        onChange={({ currentTarget: { value } }) => set({ login: value })}
      />
      <TextInput
        label={words('users.name')}
        required
        autoComplete="off"
        maxLength={80}
        value={said.name}
        onChange={({ currentTarget: { value } }) => set({ name: value })}
      />
      <div>
        <Text size="sm" fw={500}>
          {words('console.language')}
        </Text>
        <SegmentedControl
          aria-label={words('console.language')}
          value={said.language}
          data={[
            { value: 'id', label: 'Bahasa Indonesia' },
            { value: 'en', label: 'English' },
          ]}
          onChange={(language) => set({ language })}
        />
      </div>
      <Select
        label={words('users.of')}
        placeholder={words('users.house')}
        data={choices.channels}
        clearable
        searchable
        value={said.channelId}
        onChange={(channelId) => set({ channelId, roles: channelId === null ? [] : [PARTNER] })}
      />
      <RoleChoice
        roles={[...choices.builtIn, ...choices.custom].map(({ role }) => role)}
        value={said.roles}
        onChange={(wanted) => set({ roles: wanted })}
      />
    </Reasoned>
  );
}
