import type { Statements } from '#lib/platform';

/** The proposal of a kind about a subject that is open. */
export async function openProposal(
  statements: Statements,
  kind: string,
  subject: string,
): Promise<string | undefined> {
  const [open] = await statements.rows<{ approval_id: string }>(
    'SELECT approval_id FROM approval WHERE open_subject = ?',
    [`${kind} ${subject}`],
  );
  return open?.approval_id;
}
