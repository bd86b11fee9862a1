export * from './archive';
export { findArchivedLine, type ArchivedLine, type WantedLine } from './archived-line';
export { companionOf } from './companion';
export { signatureOf } from './detached-signature';
export * from './explain-file';
export { fileNamePattern, type FileNamePattern, type NameParts } from './file-name';
export * from './drop';
export { openFolderDrop } from './folder-drop';
export * from './format';
export { formatJsonSchema } from './format-file';
export { formatToWrite, WRITTEN_KEYS } from './format-schema';
export type { Gate, GateFailure } from './gates';
export { openSftpOutbox, outboxSettings, type OutboxSettings } from './outbox';
export { NORMALISED_COLUMNS } from './normalised-lines';
export {
  normaliseFile,
  readSettlementFile,
  type FileToRead,
  type FileTotals,
  type SettlementFile,
} from './read-settlement-file';
export type { SecretByName } from './pgp-content';
export type { PreviousStatement, StatementEnds } from './reading';
export type { DetailRow } from './records';
export { isStatement } from './settlement-format';
export type * from './settlement-format';
export { HostKeyRefused, type SftpLogin } from './sftp-connection';
export * from './sftp-drop';
export * from './source-calendar';
export * from './write-settlement-file';
