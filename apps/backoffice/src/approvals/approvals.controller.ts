import { Controller, Inject } from '@nestjs/common';
import {
  approvalHistory,
  findApproval,
  listApprovals,
  wordsOfRefusal,
  type Approval,
  type ApprovalRefusal,
} from '#lib/audit';
import {
  APPROVAL_PERMISSIONS,
  may,
  recordSecurityEvent,
  type Permission,
  type Principal,
} from '#lib/identity';
import { agreeTo, shownAs, takeBack, turnDown, type ProposalTools } from '#lib/proposals';
import type { Answer, Input } from '../http/contract';
import { cursorOf, partsOf } from '../http/cursor';
import { Asked, Endpoint, Who } from '../http/endpoint';
import { Problem, sentence } from '../http/problem';
import { PAGE } from '../http/schemas';
import { PROPOSALS } from '../http/tokens';
import * as contracts from './approvals.contracts';

/** What one person has proposed and another must approve. */
@Controller()
export class ApprovalsController {
  constructor(@Inject(PROPOSALS) private readonly tools: ProposalTools) {}

  @Endpoint(contracts.ListApprovals)
  async list(
    @Asked() { query }: Input<typeof contracts.ListApprovals>,
  ): Promise<Answer<typeof contracts.ListApprovals>> {
    const { kind, which = 'open', cursor, limit = PAGE.rows } = query;
    const found = await listApprovals(this.tools.database, {
      kind,
      open: which === 'open' ? { now: this.tools.clock.now() } : undefined,
      after: cursor === undefined ? undefined : placeOf(cursor),
      rowsMax: limit + 1,
    });
    const approvals = found.slice(0, limit);
    const last = approvals.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { approvals, next: hasMore ? cursorOf(last.proposedAt.toISOString(), last.approvalId) : null };
  }

  @Endpoint(contracts.ReadApproval)
  async read(
    @Asked() { params }: Input<typeof contracts.ReadApproval>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.ReadApproval>> {
    const approval = await this.find(params.approvalId);
    const isOpen = approval.state === 'proposed' && approval.expiresAt > this.tools.clock.now();
    const isOwn = approval.maker === principal.login;
    return {
      approval,
      does: Object.entries(approval.payload as Record<string, unknown>).map(([name, value]) => ({
        name,
        value: shownAs(name, value),
      })),
      history: await approvalHistory(this.tools.database, approval.approvalId),
      may: {
        decide: isOpen && !isOwn && mayDo(principal, permissionTo('approve', approval)),
        withdraw: isOpen && isOwn && mayDo(principal, permissionTo('propose', approval)),
      },
    };
  }

  @Endpoint(contracts.ApproveProposal)
  async approve(
    @Asked() { params, body }: Input<typeof contracts.ApproveProposal>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.ApproveProposal>> {
    const approval = await this.findFor(principal, 'approve', params.approvalId, body);
    const agreed = await agreeTo(this.tools, approval, { version: body.version, by: principal.login });
    if (!agreed.ok) throw new Problem('REFUSED', sentence(agreed.error));
    return agreed.value;
  }

  @Endpoint(contracts.RejectProposal)
  async reject(
    @Asked() { params, body }: Input<typeof contracts.RejectProposal>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.RejectProposal>> {
    const approval = await this.findFor(principal, 'approve', params.approvalId, body);
    const word = { version: body.version, by: principal.login, note: body.reason };
    const ended = await turnDown(this.tools, approval, word);
    if (!ended.ok) throw new Problem('REFUSED', sentence(ended.error));
    return { state: ended.value.state };
  }

  @Endpoint(contracts.WithdrawProposal)
  async withdraw(
    @Asked() { params, body }: Input<typeof contracts.WithdrawProposal>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.WithdrawProposal>> {
    const approval = await this.findFor(principal, 'propose', params.approvalId, body);
    const ended = await takeBack(this.tools, approval, { by: principal.login });
    if (!ended.ok) throw new Problem('REFUSED', sentence(ended.error));
    return { state: ended.value.state };
  }

  private async find(approvalId: string): Promise<Approval> {
    const approval = await findApproval(this.tools.database, approvalId);
    if (!approval) throw new Problem('UNKNOWN');
    return approval;
  }

  /** @throws Problem where this principal may not, or it no longer stands as it was shown. */
  private async findFor(
    principal: Principal,
    act: 'propose' | 'approve',
    approvalId: string,
    { version }: { version: string },
  ): Promise<Approval> {
    const approval = await this.find(approvalId);
    const permission = permissionTo(act, approval);
    if (!mayDo(principal, permission)) {
      await this.noteRefusal(principal, approval, permission);
      throw new Problem('NOT_ALLOWED', `this needs the permission ${permission ?? 'that nobody has'}`);
    }
    const changed = changeOf(approval, version);
    if (changed) throw new Problem('CHANGED_MEANWHILE', sentence(wordsOfRefusal(changed)));
    return approval;
  }

  private async noteRefusal(
    { login, sessionId }: Principal,
    { approvalId, kind }: Approval,
    permission: Permission | undefined,
  ): Promise<void> {
    const { database, clock } = this.tools;
    const event = { kind: 'access_refused', at: clock.now(), login, by: login, sessionId } as const;
    await recordSecurityEvent(database, {
      ...event,
      detail: { object: `${kind} ${approvalId}`, right: permission ?? 'none' },
    });
  }
}

/** What deciding about a kind takes; undefined for a kind that nobody may decide about. */
function permissionTo(act: 'propose' | 'approve', { kind }: Approval): Permission | undefined {
  return Object.hasOwn(APPROVAL_PERMISSIONS, kind) ? APPROVAL_PERMISSIONS[kind]?.[act] : undefined;
}

function mayDo(principal: Principal, permission: Permission | undefined): boolean {
  return permission !== undefined && may(principal, permission);
}

function changeOf({ state, endedBy, version }: Approval, seen: string): ApprovalRefusal | undefined {
  if (state !== 'proposed' && state !== 'expired') return { kind: 'ended', state, by: endedBy };
  return version === seen ? undefined : { kind: 'another version', version };
}

function placeOf(cursor: string): Pick<Approval, 'proposedAt' | 'approvalId'> {
  const isPlace = (parts: readonly string[]) =>
    parts.length === 2 && !Number.isNaN(Date.parse(parts[0] ?? ''));
  const [proposedAt = '', approvalId = ''] = partsOf(cursor, isPlace);
  return { proposedAt: new Date(proposedAt), approvalId };
}
