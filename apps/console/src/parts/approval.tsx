import { Badge } from '@mantine/core';
import { id } from '../words/id';
import { useWords } from '../words/use-words';

type Kind = keyof typeof id.approvals.kinds;

/** The kinds of proposals, in the order of the words. */
export const KINDS = Object.keys(id.approvals.kinds) as Kind[];

/** A kind of proposal as people name it; one that has no words yet by its own name. */
export function kindInWords(words: ReturnType<typeof useWords>, kind: string): string {
  return isKind(kind) ? words(`approvals.kinds.${kind}`) : kind;
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(id.approvals.kinds, kind);
}

const COLOURS = {
  proposed: 'yellow',
  approved: 'teal',
  rejected: 'red',
  withdrawn: 'gray',
  expired: 'gray',
} as const;

/** How a proposal stands. */
export function ApprovalState({ state }: { state: keyof typeof COLOURS }) {
  const words = useWords();
  return (
    <Badge color={COLOURS[state]} variant="light">
      {words(`approvals.states.${state}`)}
    </Badge>
  );
}
