import type { RecordLayout, Span } from './columns';
import { Refused, shown } from './gates';
import type { TextBody } from './settlement-format';

/**
 * Cuts lines of fixed width into their columns, without the blanks around each.
 * @throws Refused (when called) for a line of another width, or with text where the format knows no column.
 */
export function fixedFields(
  { width = 0 }: Pick<TextBody, 'width'>,
  layout: RecordLayout,
): (line: string, lineNo: number) => string[] {
  const gaps = gapsOf({ width, detail: layout });
  return (line, lineNo) => {
    if (line.length !== width)
      throw new Refused(
        'line_invalid',
        lineNo,
        `${line.length} characters`,
        `${width} characters`,
        `line ${lineNo} has ${line.length} characters; every line has ${width}`,
      );
    for (const { start, end } of gaps)
      if (line.slice(start, end) !== ' ')
        throw new Refused(
          'line_invalid',
          lineNo,
          shown(line.slice(start, end)),
          'a blank',
          `line ${lineNo} has text at position ${start + 1}, where the format knows no column`,
          `position ${start + 1}`,
        );
    return layout.columns.map(({ span }) => line.slice(span?.start, span?.end).trim());
  };
}

/** The places of a fixed line that neither the id nor a column covers; they must be blank. */
export function gapsOf(body: { width?: number | undefined; detail: RecordLayout }): Span[] {
  const { id, columns } = body.detail;
  const isCovered = Array.from<boolean>({ length: body.width ?? 0 }).fill(false);
  isCovered.fill(true, 0, id?.length ?? 0);
  for (const { span } of columns) isCovered.fill(true, span?.start, span?.end);
  return isCovered.flatMap((isTaken, at) => (isTaken ? [] : [{ start: at, end: at + 1 }]));
}
