import { journalRowsWithoutDeposit } from './journal-rows';
import { contentHash, type JournalDraft } from './journal-draft';
import type { UnitOfWork } from './money-writer';

/**
 * A unit of work that writes one journal, and the rows that go with it if any. The same kind of journal about the same
 * subject a second time is a `clash`; after a lost COMMIT it is known by its content and its time.
 */
export function unitOfJournal(journal: JournalDraft, more: Partial<UnitOfWork> = {}): UnitOfWork {
  const { subjectId, kind, at } = journal;
  return {
    journal,
    claims: [{ key: 'PRIMARY', value: `${subjectId} ${kind}` }],
    inserts: () => [],
    updates: () => [],
    witness: {
      table: 'journal',
      values: { subject_id: subjectId, kind, created_at: at, content_hash: contentHash(journal) },
    },
    ...more,
  };
}

/** The same for a journal that moves no deposit. */
export function unitOfJournalWithoutDeposit(journal: JournalDraft): UnitOfWork {
  return { ...unitOfJournal(journal), journal: undefined, inserts: () => journalRowsWithoutDeposit(journal) };
}
