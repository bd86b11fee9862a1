import type { Statements } from '#lib/platform';
import { approvalHash } from './approval';
import { APPROVAL_COLUMNS, type ApprovalRow } from './approval.rows';

const PAGE = 2_000;

/** The verdict on four eyes (I14). */
export interface ApprovalVerdict {
  id: 'I14';
  ok: boolean;
  /** Proposals looked at. */
  checked: number;
  firstCounterExample: string | null;
}

/**
 * I14: nobody approved what they had proposed, every approved proposal has as many different checkers as it needed,
 * each of them saw the version that was proposed, and none of it was edited since.
 */
export async function checkApprovalInvariants(statements: Statements): Promise<ApprovalVerdict> {
  let checked = 0;
  let finding: string | null = null;
  for (let after = ''; ;) {
    const page = await statements.rows<ApprovalRow>(
      `SELECT ${APPROVAL_COLUMNS} FROM approval WHERE approval_id > ? ORDER BY approval_id LIMIT ?`,
      [after, PAGE],
    );
    const last = page.at(-1);
    if (!last) break;
    const checkers = await checkersOf(statements, page[0]?.approval_id ?? '', last.approval_id);
    for (const row of page) finding ??= findingOf(row, checkers.get(row.approval_id) ?? []);
    checked += page.length;
    after = last.approval_id;
  }
  const [orphan] = await statements.rows<{ approval_id: string }>(
    'SELECT e.approval_id FROM approval_event e LEFT JOIN approval a ON a.approval_id = e.approval_id ' +
      'WHERE a.approval_id IS NULL LIMIT 1',
  );
  if (orphan) finding ??= `events of ${orphan.approval_id} have no proposal`;
  return { id: 'I14', ok: finding === null, checked, firstCounterExample: finding };
}

interface CheckerRow {
  approval_id: string;
  checker: string;
  version: string;
}

async function checkersOf(
  statements: Statements,
  from: string,
  to: string,
): Promise<Map<string, CheckerRow[]>> {
  const rows = await statements.rows<CheckerRow>(
    'SELECT approval_id, checker, version FROM approval_event WHERE approval_id BETWEEN ? AND ? AND checker IS NOT NULL',
    [from, to],
  );
  const checkers = new Map<string, CheckerRow[]>();
  for (const row of rows) checkers.set(row.approval_id, [...(checkers.get(row.approval_id) ?? []), row]);
  return checkers;
}

function findingOf(row: ApprovalRow, checkers: readonly CheckerRow[]): string | null {
  const name = `${row.kind} ${row.approval_id}`;
  if (checkers.some(({ checker }) => checker === row.maker)) return `${name}: its maker approved it`;
  if (checkers.some(({ version }) => version !== row.version))
    return `${name}: a checker saw another version`;
  if (checkers.length !== row.checkers_given)
    return `${name}: ${row.checkers_given} checkers are counted, ${checkers.length} have signed`;
  if (row.state === 'approved' && checkers.length < row.checkers_needed)
    return `${name}: ${checkers.length} of ${row.checkers_needed} checkers agreed, and it counts as approved`;
  const hash = approvalHash({
    approvalId: row.approval_id,
    kind: row.kind,
    subject: row.subject,
    version: row.version,
    payload: row.payload,
    reason: row.reason,
    maker: row.maker,
    checkersNeeded: row.checkers_needed,
    proposedAt: row.proposed_at,
    expiresAt: row.expires_at,
  });
  return hash.equals(row.content_hash) ? null : `${name} is not as it was proposed`;
}
