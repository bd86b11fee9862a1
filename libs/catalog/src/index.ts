export * from './catalog';
export * from './entities';
export * from './opening-hours';
export * from './seed';
export * from './stops';
