import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Menu,
  NavLink,
  SegmentedControl,
  Text,
  TextInput,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import type { SignOut } from '../../backoffice/src/contracts';
import { call } from './api/call';
import { leave, may, type Session } from './api/session';
import { AREAS } from './areas';
import { languageNow, speak } from './words/words';
import { useWords } from './words/use-words';

/** What surrounds every page: the menu, the search box, who is signed in. */
export function Frame({ session, children }: { session: Session; children: ReactNode }) {
  const words = useWords();
  const { pathname } = useLocation();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const shown = AREAS.filter(
    ({ path, permission }) => path !== undefined && (permission === undefined || may(session, permission)),
  );
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a className="skip" href="#content">
        {words('console.skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" gap="sm" wrap="nowrap">
          <Burger
            opened={isOpen}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={words('console.menu')}
          />
          <Text component={Link} to="/" fw={700} size="lg" c="inherit" td="none" visibleFrom="xs">
            Simpul
          </Text>
          {may(session, 'payments.read') ? <SearchBox /> : <div style={{ flex: 1 }} />}
          <Whom session={session} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={words('console.menu')}>
        {shown.map(({ title, path = '/' }) => (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={words(title)}
            onClick={close}
            active={path === '/' ? pathname === '/' : pathname.startsWith(path)}
            {...(pathname === path ? { 'aria-current': 'page' as const } : {})}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

/** One box for everything a payment may be known by. */
function SearchBox() {
  const words = useWords();
  const navigate = useNavigate();
  const [said, setSaid] = useState('');
  const box = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => box.current?.focus()]]);
  const search = (event: FormEvent) => {
    event.preventDefault();
    if (said.trim() !== '') void navigate(`/payments?q=${encodeURIComponent(said.trim())}`);
  };
  return (
    <form onSubmit={search} role="search" style={{ flex: 1, maxWidth: 560 }}>
      <TextInput
        ref={box}
        size="xs"
        value={said}
        onChange={(event) => setSaid(event.currentTarget.value)}
        placeholder={words('console.search')}
        aria-label={words('console.search')}
        title={words('console.searchHint')}
        spellCheck={false}
        autoComplete="off"
      />
    </form>
  );
}

function Whom({ session }: { session: Session }) {
  const words = useWords();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const signOut = useMutation({
    mutationFn: () => call<typeof SignOut>('session', { method: 'DELETE' }),
    onSettled: () => {
      leave();
      void navigate('/sign-in', { replace: true });
    },
  });
  return (
    <Group gap="xs" wrap="nowrap" ml="auto">
      <SegmentedControl
        size="xs"
        value={languageNow()}
        aria-label={words('console.language')}
        data={[
          { value: 'id', label: 'ID' },
          { value: 'en', label: 'EN' },
        ]}
        onChange={(language) => void speak(language)}
      />
      <ActionIcon
        variant="default"
        size="md"
        aria-label={words('console.colour')}
        title={words('console.colour')}
        onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
      >
        {scheme === 'dark' ? '☀' : '☾'}
      </ActionIcon>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="filled" radius="xl" size="lg" aria-label={`${session.name}, ${session.login}`}>
            {initialsOf(session.name)}
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {session.name}
            <br />
            {session.login}
          </Menu.Label>
          <Menu.Item component={Link} to="/account">
            {words('console.account')}
          </Menu.Item>
          <Menu.Item onClick={() => signOut.mutate()}>{words('console.signOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function initialsOf(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  return `${parts[0]?.[0] ?? '?'}${parts.length > 1 ? (parts.at(-1)?.[0] ?? '') : ''}`.toUpperCase();
}
