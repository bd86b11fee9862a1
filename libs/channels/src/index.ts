export * from './agreed-rates';
export * from './agreed-use';
export * from './door';
export * from './h2h/h2h.module';
export * from './h2h/limits';
export * from './http/limits';
export * from './http/open-http';
export * from './profiles';
