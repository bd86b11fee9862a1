import { userOf, type Approval } from '#lib/audit';
import { fail, type Result } from '#lib/kernel';
import { listBreaks, type BreakQuery } from './break';
import type { BreakDesk } from './desk';
import { expireProposals } from './expire';
import {
  BULK_PROPOSAL,
  checkersOf,
  magnitude,
  objectionToReason,
  planResolution,
  writeProposal,
  type PlannedResolution,
} from './propose';
import type { BreakRefusal } from './refusals';

/** Many breaks that are to end alike, as the checker sees them: how many, how much, and each of them. */
export interface BulkPlan {
  resolution: 'adjustment' | 'write_off';
  count: number;
  /** Sum of what moves, without its signs. Digits of whole rupiah. */
  sum: string;
  /** Each break by its id and the line of its history that the proposal is. */
  breaks: { breakId: string; version: number }[];
  plans: PlannedResolution[];
}

/** What is to be proposed for many breaks at once. */
export interface BulkProposal {
  query: Omit<BreakQuery, 'rowsMax' | 'states' | 'forUpdate'>;
  resolution: 'adjustment' | 'write_off';
  by: string;
  reason: string;
  against?: string | undefined;
  billerId?: string | undefined;
}

/**
 * Proposes one end for many breaks: the checker sees their count and sum and agrees to exactly those. They end in one
 * commit, all or none. Money of customers is given back one by one and not in bulk.
 * @throws NoUser.
 */
export async function proposeBulk(
  desk: BreakDesk,
  bulk: BulkProposal,
): Promise<Result<Approval, BreakRefusal>> {
  const { database, clock, rules } = desk;
  await expireProposals(desk);
  const by = userOf(bulk.by);
  const now = clock.now();
  const objection = objectionToReason(bulk.reason);
  if (objection) return fail(objection);
  return database.transaction(async (statements): Promise<Result<Approval, BreakRefusal>> => {
    const breaks = await listBreaks(statements, {
      ...bulk.query,
      states: ['open', 'investigating', 'reopened'],
      forUpdate: true,
      rowsMax: rules.bulkMax + 1,
    });
    if (breaks.length === 0) return fail({ kind: 'needs', what: 'no open break is like that' });
    if (breaks.length > rules.bulkMax)
      return fail({ kind: 'needs', what: `more than ${rules.bulkMax} breaks are like that; choose fewer` });
    const plans: PlannedResolution[] = [];
    for (const one of breaks) {
      const planned = await planResolution(desk, statements, one, bulk);
      if (!planned.ok)
        return fail({ kind: 'needs', what: `${one.breakId} cannot be among them: ${planned.error.kind}` });
      plans.push(planned.value);
    }
    const sum = plans.reduce((total, { amount }) => total + magnitude(amount), 0n);
    const payload: BulkPlan = {
      resolution: bulk.resolution,
      count: breaks.length,
      sum: sum.toString(),
      breaks: breaks.map(({ breakId, lastEventNo }) => ({ breakId, version: lastEventNo + 1 })),
      plans,
    };
    return writeProposal(desk, statements, breaks, {
      kind: BULK_PROPOSAL,
      subject: `${breaks.length} breaks from ${breaks[0]?.breakId ?? ''}`,
      payload,
      by,
      reason: bulk.reason,
      checkers: checkersOf(plans, rules.twoCheckersAbove),
      now,
    });
  });
}
