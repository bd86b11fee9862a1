import { zonedIso } from '#lib/kernel';
import type { Cell } from './definition';
import { breakLabel, kindLabel, LABELS, termLabel } from './labels';
import type { RecapInput } from './recap-input';
import { CARRIED_IN, sidesOf, successesOf } from './recap-sums';

/** One line of a report. A heading opens a block and is set in bold where the form allows it. */
export interface Row {
  isHeading: boolean;
  cells: Cell[];
}

const heading = (...cells: Cell[]): Row => ({ isHeading: true, cells });
const line = (...cells: Cell[]): Row => ({ isHeading: false, cells });

/** The recap row by row, whatever form it is then written in. */
export async function* recapRows(recap: RecapInput): AsyncGenerator<Row> {
  yield heading(LABELS.title);
  yield line(LABELS.source, recap.source);
  yield line(LABELS.businessDate, recap.businessDate);
  yield line(LABELS.run, recap.run);
  if (recap.supersedes !== null) yield line(LABELS.supersedes, recap.supersedes);
  yield line(LABELS.file, recap.file);
  yield line(LABELS.sha256, recap.sha256);
  yield line(LABELS.closedAt, zonedIso(recap.closedAt, recap.timeZone));
  yield line(LABELS.lines, recap.lines);

  yield line();
  yield heading(LABELS.bridge, LABELS.sign, LABELS.amount);
  for (const { term, sign, amount } of recap.bridge) yield line(termLabel(term), `(${sign})`, amount);
  yield line(LABELS.remainder, '', recap.remainder);

  yield line();
  yield* outcomeRows(recap);

  yield line();
  yield heading(LABELS.otherLines, LABELS.count);
  yield line(LABELS.agreedFailedLines, recap.otherLines.agreedFailed);
  yield line(LABELS.collapsedLines, recap.otherLines.collapsed);
  yield line(LABELS.ignoredLines, recap.otherLines.ignored);

  yield line();
  yield* breakRows(recap);
}

function* outcomeRows({ outcomes, bridge }: RecapInput): Generator<Row> {
  yield heading(LABELS.outcome, LABELS.count, LABELS.ourSuccesses, LABELS.theirSuccesses);
  const sums = successesOf(outcomes, bridge);
  for (const { kind, count, ourAmount, theirAmount } of sums)
    yield line(kindLabel(kind), kind === CARRIED_IN ? '' : count, ourAmount, theirAmount);
  const { ours, theirs } = sidesOf(sums);
  yield line(LABELS.total, '', ours, theirs);
}

async function* breakRows(recap: RecapInput): AsyncGenerator<Row> {
  yield heading(
    LABELS.breaks,
    LABELS.detail,
    LABELS.legReference,
    LABELS.paymentId,
    LABELS.ourAmount,
    LABELS.theirAmount,
    LABELS.difference,
    LABELS.line,
  );
  for await (const one of recap.breaks())
    yield line(
      kindLabel(one.kind),
      one.sub === null ? '' : breakLabel(one.sub),
      one.legReference,
      one.paymentId,
      one.ourAmount,
      one.theirAmount,
      one.ourAmount === null || one.theirAmount === null ? null : one.theirAmount - one.ourAmount,
      one.line,
    );
}
