export {
  APPLIERS,
  handOver,
  lineOfStatement,
  placeOfLine,
  type Applier,
  type ApplyingTools,
  type Seen,
} from './appliers';
export { agreeTo, applyProposal, takeBack, turnDown, type Agreed, type EndingTools } from './decide';
export { shownAs } from './proposal-text';
export {
  calendarInWords,
  commitInWords,
  fundsInWords,
  namingInWords,
  payoutInWords,
  releaseInWords,
  reopeningInWords,
  resumingInWords,
  slipInWords,
  userInWords,
} from './refusals';
export type { ApprovingDesk, DecidingTools, Openings, ProposalTools } from './tools';
export { breakDesks, decidingTools, type DeskParts, type Parts } from './wiring';
