export * from './catalog';
export * from './customer-number';
export * from './entities';
export * from './opening-hours';
export * from './seed';
export * from './stops';
