import { join } from 'node:path';
import { readApprovalLimits } from '#lib/audit';

/** Who may agree to how much, as it is configured. */
export const CONFIGURED = {
  approvalLimits: readApprovalLimits(join(__dirname, '..', '..', 'config', 'approvals.yaml')),
};
