export * from './accounts';
export * from './batch-writer';
export * from './deposits';
export * from './invariants';
export * from './journal-rows';
export * from './journals';
export * from './money-writer';
export * from './single-writer';
