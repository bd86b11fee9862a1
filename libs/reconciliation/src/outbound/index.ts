export { readOutboundContracts, type OutboundContract } from './contract';
export { listOutboundFiles, planFile, type OutboundFile } from './outbound-files';
export { workOutbound, type Outbox, type OutboundTools } from './work-outbound';
