export * from './books';
export * from './memory-stores';
export * from './memory-writer';
export * from './schema';
export * from './tables';
