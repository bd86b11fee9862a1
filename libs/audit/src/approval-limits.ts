import { z } from 'zod';
import { readConfigFile } from '#lib/platform';
import type { Approval } from './approval';
import { userOf } from './user';

/** What a person is to us. */
export const ROLES = [
  'finance_maker',
  'finance_checker',
  'operations',
  'customer_service',
  'auditor',
  'administrator',
] as const;
export type Role = (typeof ROLES)[number];

/** A proposal moves more than this checker may agree to. */
export interface AboveLimit {
  kind: 'above limit';
  by: string;
  role: Role | 'none';
  amount: bigint;
  /** Up to which amount this checker may agree. */
  limit: bigint;
  /** Whose role reaches far enough. */
  may: { role: Role; users: readonly string[] }[];
}

/** Who may agree to how much. */
export interface ApprovalLimits {
  /** What keeps a checker from agreeing to a proposal, if anything does. @throws NoUser. */
  objectionTo(proposal: Pick<Approval, 'kind' | 'payload'>, checker: string): AboveLimit | undefined;
}

/** What a command needs in which a second person agrees to what moves money. */
export interface ApprovalTools {
  approvalLimits: ApprovalLimits;
}

/** Of proposals that move no money by themselves. @throws Error for one that does. */
export const MOVES_NO_MONEY: ApprovalLimits = {
  objectionTo(proposal) {
    if (amountOf(proposal) !== undefined) throw new Error(`a ${proposal.kind} moves money and has no limits`);
    return undefined;
  },
};

const User = z.string().transform((typed, context) => {
  try {
    return userOf(typed);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const Limits = z.strictObject({
  agrees_up_to: z.partialRecord(z.enum(ROLES), z.int().positive()),
  others: z.enum([...ROLES, 'none']),
  users: z.record(User, z.enum(ROLES)),
});

/**
 * Reads config/approvals.yaml. @throws ConfigError naming file, line and key.
 */
export function readApprovalLimits(path: string): ApprovalLimits {
  const { agrees_up_to: upTo, others, users } = readConfigFile(path, Limits);
  const limitOf = (role: Role | 'none') => BigInt((role === 'none' ? undefined : upTo[role]) ?? 0);
  return {
    objectionTo(proposal, checker) {
      const by = userOf(checker);
      const amount = amountOf(proposal) ?? 0n;
      const role = users[by] ?? others;
      if (amount <= limitOf(role)) return undefined;
      const may = ROLES.filter((one) => limitOf(one) >= amount).map((one) => ({
        role: one,
        users: Object.keys(users).filter((user) => users[user] === one),
      }));
      return { kind: 'above limit', by, role, amount, limit: limitOf(role), may };
    },
  };
}

/** What a proposal moves in all, either way: the `amount` of its payload, or the `sum` of many; undefined without either. */
function amountOf({ payload }: Pick<Approval, 'payload'>): bigint | undefined {
  const { sum, amount = sum } = payload as { amount?: unknown; sum?: unknown };
  if (amount === undefined) return undefined;
  if (typeof amount !== 'string' || !/^-?\d+$/.test(amount))
    throw new Error('the amount of a proposal is digits');
  const moved = BigInt(amount);
  return moved < 0n ? -moved : moved;
}
