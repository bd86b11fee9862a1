export {
  endAlert,
  endsOfPause,
  openAlerts,
  raiseAlert,
  type FloatAlert,
  type FloatAlertKind,
} from './alerts';
export { listFloatMatters, type FloatMatter } from './attention';
export {
  approveAdjustment,
  FLOAT_ADJUSTMENT,
  proposeAdjustment,
  type Adjustment,
  type AdjustmentRefusal,
} from './adjustments';
export { topUpFloat, type FloatRefusal } from './bookings';
export { compareFloat, lastComparison, type FloatComparison } from './comparison';
export { DailyComparison } from './daily-comparison';
export { floatFigures, type FloatFigures } from './figures';
export { FloatLimits } from './float-limits';
export { FloatRoom } from './float-room';
export { ListeningForEmptyFloats, pauseWhereEmpty } from './heard-empty';
export { checkFloatInvariants } from './invariants';
export { floatLevels, type FloatLevels } from './levels';
export { approveResume, FLOAT_RESUME, proposeResume, type ResumeRefusal } from './resume';
export { FloatWatch } from './watch';
