export { readOutboundContracts, type OutboundContract } from './contract';
export { listOutboundFiles, type OutboundFile } from './outbound-files';
export { workOutbound, type Outbox, type OutboundTools } from './work-outbound';
