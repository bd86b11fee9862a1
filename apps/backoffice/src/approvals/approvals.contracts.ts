import { z } from 'zod';
import { contract } from '../http/contract';
import { countUpTo, Cursor, Instant, PAGE, Words } from '../http/schemas';

const State = z.enum(['proposed', 'approved', 'rejected', 'withdrawn', 'expired']);

const Proposal = z.object({
  approvalId: z.string(),
  kind: z.string(),
  subject: z.string(),
  version: z.string(),
  maker: z.string(),
  reason: z.string(),
  checkersNeeded: z.int(),
  checkersGiven: z.int(),
  state: State,
  proposedAt: Instant,
  expiresAt: Instant,
  endedAt: Instant.nullable(),
  endedBy: z.string().nullable(),
});

const Params = z.strictObject({ approvalId: z.string().max(40) });
const Version = z.string().min(1).max(64).meta({ description: 'as it was shown' });

export const ListApprovals = contract({
  method: 'GET',
  path: 'approvals',
  right: 'approvals.read',
  tells: {
    id: 'Usul yang menunggu orang kedua, yang terbaru dahulu',
    en: 'Proposals that wait for a second person, the newest first',
  },
  query: z.strictObject({
    kind: z
      .string()
      .max(30)
      .regex(/^[a-z_]+$/)
      .optional(),
    which: z.enum(['open', 'all']).optional().meta({ description: 'open unless said' }),
    cursor: Cursor.optional(),
    limit: countUpTo(PAGE.rowsMax).optional(),
  }),
  answer: z.object({ approvals: z.array(Proposal), next: z.string().nullable() }),
});

export const ReadApproval = contract({
  method: 'GET',
  path: 'approvals/:approvalId',
  right: 'approvals.read',
  tells: {
    id: 'Satu usul: apa yang akan terjadi, dan siapa yang sudah memutuskan',
    en: 'One proposal: exactly what is to happen, and who has decided about it',
  },
  params: Params,
  answer: z.object({
    approval: Proposal,
    does: z
      .array(z.object({ name: z.string(), value: z.string() }))
      .meta({ description: 'exactly what is to happen' }),
    history: z.array(
      z.object({
        at: Instant,
        by: z.string(),
        event: State,
        version: z.string(),
        note: z.string().nullable(),
      }),
    ),
    may: z
      .object({ decide: z.boolean(), withdraw: z.boolean() })
      .meta({ description: 'what whoever asks may do about it now' }),
  }),
});

export const ApproveProposal = contract({
  method: 'POST',
  path: 'approvals/:approvalId/approval',
  right: 'approvals.read',
  fresh: true,
  tells: {
    id: 'Setujui persis versi yang ditunjukkan; juga butuh izin menyetujui jenis usul ini',
    en: 'Approve exactly the version shown; takes the permission to approve its kind as well',
  },
  params: Params,
  body: z.strictObject({ version: Version }),
  answer: z.object({
    isDone: z.boolean().meta({ description: 'false: another checker must agree too' }),
    said: Words,
  }),
});

export const RejectProposal = contract({
  method: 'POST',
  path: 'approvals/:approvalId/rejection',
  right: 'approvals.read',
  tells: {
    id: 'Tolak persis versi yang ditunjukkan; juga butuh izin menyetujui jenis usul ini',
    en: 'Reject exactly the version shown; takes the permission to approve its kind as well',
  },
  params: Params,
  body: z.strictObject({ version: Version, reason: z.string().trim().min(1).max(500) }),
  answer: z.object({ state: State }),
});

export const WithdrawProposal = contract({
  method: 'POST',
  path: 'approvals/:approvalId/withdrawal',
  right: 'approvals.read',
  tells: {
    id: 'Tarik usul sendiri; juga butuh izin mengusulkan jenis ini',
    en: 'Withdraw one’s own proposal; takes the permission to propose its kind as well',
  },
  params: Params,
  body: z.strictObject({ version: Version }),
  answer: z.object({ state: State }),
});
