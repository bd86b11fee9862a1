export { BREAKAGES, type Breakage } from './breakages';
export { simulate, type Run, type RunOptions } from './simulation';
export { onADatabase, readBooks } from './stores';
