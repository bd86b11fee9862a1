export * from './business-date';
export * from './clock';
export * from './payment-id';
export * from './response-codes';
export * from './result';
export * from './rupiah';
export * from './stop-scope';
export type { Words } from './words';
