import { Anchor, Stack, Title } from '@mantine/core';
import { Link } from 'react-router';
import { useWords } from '../words/use-words';

/** An address that leads nowhere, or nowhere for this role. */
export function NotFound() {
  const words = useWords();
  return (
    <Stack>
      <Title order={2}>{words('problems.notFound')}</Title>
      <Anchor component={Link} to="/">
        {words('problems.home')}
      </Anchor>
    </Stack>
  );
}
