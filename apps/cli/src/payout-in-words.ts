import { describeRefusal } from '#lib/audit';
import { doubtsInWords, type PayoutRefusal } from '#lib/settlement';

/** Why a payout did not move, in a sentence. */
export function payoutInWords(error: PayoutRefusal): string {
  switch (error.kind) {
    case 'unknown':
      return 'there is no such payout; see simpul payout list';
    case 'cannot':
      return `it is ${error.state}, so it cannot be ${error.event}`;
    case 'changed meanwhile':
      return 'somebody has changed it meanwhile; look again';
    case 'not proposed':
      return 'nobody has proposed it; see simpul payout propose';
    case 'shown':
      return `the bank shows a debit of its amount at ${error.line}; name it (simpul bank name), or say --despite when it is something else`;
    case 'in doubt':
      return `${doubtsInWords(error.doubts)}; that was not so when it was proposed: ${error.state === 'approved' ? 'cancel it, draft it again and have that proposed' : 'reject the proposal and have it proposed anew'}, so that two people see it`;
    case 'not due':
      return `it is due on ${error.dueDate} and today is ${error.today}; where it must leave sooner, cancel it, draft it again and propose that with --early --note <why>`;
    case 'proposal':
      return `${error.refusal.maker} has proposed it already (${error.refusal.approvalId})`;
    case 'approval':
      return describeRefusal(error.refusal);
  }
}
