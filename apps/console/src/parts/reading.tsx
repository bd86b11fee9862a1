import { Skeleton, Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemNote } from './problem';

/** Shows what was read: its outline while it is on its way, why not where it failed. */
export function Reading<T>({
  of,
  outline = 4,
  children,
}: {
  of: UseQueryResult<T>;
  /** How many lines its outline has. */
  outline?: number;
  children: (told: T) => ReactNode;
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.isError) return <ProblemNote error={of.error} onAgain={() => void of.refetch()} />;
  return (
    <Stack gap="xs" aria-busy="true">
      {Array.from({ length: outline }, (_, index) => (
        <Skeleton key={index} height={28} radius="sm" />
      ))}
    </Stack>
  );
}
