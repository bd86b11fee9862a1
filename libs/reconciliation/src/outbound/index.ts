export { readOutboundContracts, type OutboundContract } from './contract';
export { listOutboundFiles, type OutboundFile } from './outbound-files';
export type { Outbox, OutboundTools } from './outbound-tools';
export { workOutbound } from './work-outbound';
