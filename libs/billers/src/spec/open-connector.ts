import type { BillerConnector } from '#lib/switching';

/** A connector that holds connections until it is closed. */
export type OpenConnector = BillerConnector & { close(): Promise<void> };
