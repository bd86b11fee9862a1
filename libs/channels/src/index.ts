export * from './h2h/h2h.module';
export * from './h2h/http-server';
export * from './h2h/limits';
