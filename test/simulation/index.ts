export { BREAKAGES, type Breakage } from './breakages';
export { simulate, type Run, type RunOptions } from './simulation';
export { inMemory, onADatabase, readBooks } from './stores';
export { aFixedCatalog, BILLER_IDS } from './catalog';
export { ScriptedBiller, TREATMENTS, type Treatment } from './scripted-biller';
export { aBench, brokenNow, legFor, MISHAPS, play, type Step } from './sequence';
