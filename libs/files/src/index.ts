export * from './archive';
export { fileNamePattern, type FileNamePattern, type NameParts } from './file-name';
export * from './drop';
export * from './format';
export type { Gate, GateFailure } from './gates';
export * from './read-settlement-file';
export type { DetailRow } from './records';
export * from './sftp-drop';
export * from './source-calendar';
