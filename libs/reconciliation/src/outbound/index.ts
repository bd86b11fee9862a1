export { readOutboundContracts, type OutboundContract } from './contract';
export { listOutboundFiles, sendAgain, type OutboundFile, type SendAgainRefusal } from './outbound-files';
export type { Outbox, OutboundTools } from './outbound-tools';
export { workOutbound } from './work-outbound';
