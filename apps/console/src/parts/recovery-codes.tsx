import { Alert, Code, SimpleGrid, Stack } from '@mantine/core';
import { useWords } from '../words/use-words';

/** Recovery codes, this one time. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const words = useWords();
  return (
    <Alert color="yellow" title={words('enrol.codes')}>
      <Stack gap="xs">
        {words('enrol.codesHint')}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
          {codes.map((code) => (
            <Code key={code}>{code}</Code>
          ))}
        </SimpleGrid>
      </Stack>
    </Alert>
  );
}
