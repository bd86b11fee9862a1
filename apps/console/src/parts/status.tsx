import { Badge } from '@mantine/core';
import { useWords } from '../words/use-words';

const COLOURS = { PAID: 'teal', DECLINED: 'gray', IN_PROGRESS: 'yellow', REVERSED: 'grape' } as const;

/** How a payment stands, as its channel is told. */
export function StatusBadge({ status }: { status: keyof typeof COLOURS }) {
  const words = useWords();
  return (
    <Badge color={COLOURS[status]} variant="light">
      {words(`payments.statuses.${status}`)}
    </Badge>
  );
}
