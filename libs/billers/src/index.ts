export { checkBiller, type BillerReport } from './check-biller';
export { billerJsonSchema } from './json-schema';
export * from './registry';
