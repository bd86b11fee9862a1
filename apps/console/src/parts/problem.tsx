import { Alert, Button, Group } from '@mantine/core';
import { languageNow } from '../words/words';
import { useWords } from '../words/use-words';
import { Refused } from '../api/call';

/** What went wrong, in the reader's language, and how to go on. */
export function ProblemNote({ error, onAgain }: { error: unknown; onAgain?: () => void }) {
  const words = useWords();
  const text =
    error instanceof Refused ? error.problem.message[languageNow()] : words('problems.unreachable');
  return (
    <Alert color="red" variant="light" title={words('problems.title')} role="alert">
      <Group justify="space-between" align="center">
        <span>{text}</span>
        {onAgain && (
          <Button size="xs" variant="default" onClick={onAgain}>
            {words('problems.again')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
