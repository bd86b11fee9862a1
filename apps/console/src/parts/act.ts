import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { needsProof } from './fresh';

/** Something a person does that may ask for a proof first: `proof` is what to show while it does. */
export function useAct<Said, Told>(
  act: (said: Said) => Promise<Told>,
  onDone?: (told: Told) => void,
): UseMutationResult<Told, Error, Said> & {
  proof: { onProved: () => void; onCancel: () => void } | undefined;
} {
  const [waiting, setWaiting] = useState<{ said: Said }>();
  const mutation = useMutation<Told, Error, Said>({
    mutationFn: act,
    onSuccess: (told) => onDone?.(told),
    onError: (error, said) => {
      if (needsProof(error)) setWaiting({ said });
    },
  });
  const proof = waiting && {
    onProved: () => {
      setWaiting(undefined);
      mutation.mutate(waiting.said);
    },
    onCancel: () => {
      setWaiting(undefined);
      mutation.reset();
    },
  };
  return { ...mutation, proof };
}
