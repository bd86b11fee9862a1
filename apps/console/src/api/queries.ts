import { QueryClient } from '@tanstack/react-query';
import { Refused } from './call';

/** What was read, while it is fresh. A refusal is an answer: it is not asked for again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => !(error instanceof Refused) && count < 3,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});
