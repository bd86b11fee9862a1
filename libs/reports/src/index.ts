export type { RecapBreak, RecapInput } from './recap-input';
export { writeRecap } from './write-recap';
