import type { z } from 'zod';
import { columnNames } from './columns';
import { STATEMENT_FIELDS, type StatementFile, type TextFile } from './format-file';

type Refuse = (path: (string | number)[], message: string) => void;

/** Whether the lines of a format have columns; else it is a bank's statement. */
export function isText(format: TextFile | StatementFile): format is TextFile {
  return format.layout !== 'mt940' && format.layout !== 'camt053';
}

/** Refuses what each key may say by itself and not beside the others. */
export function refuseContradictions(
  format: TextFile | StatementFile,
  context: z.core.$RefinementCtx<TextFile | StatementFile>,
): void {
  const refuse: Refuse = (path, message) => context.addIssue({ code: 'custom', path, message });
  if (format.channel !== undefined) refuseForChannel(format, refuse);
  if (isText(format)) refuseText(format, refuse);
  else refuseStatement(format, refuse);
}

/** A channel's file settles nothing, and lists its payments one by one. */
function refuseForChannel(
  { auto, match, settle_on, resend }: TextFile | StatementFile,
  refuse: Refuse,
): void {
  if (auto.length > 0) refuse(['auto'], 'breaks of a channel’s file are ended by people');
  if (match.group_is !== undefined)
    refuse(['match', 'group_is'], 'a channel’s file lists payments one by one');
  if (settle_on !== 'agreed') refuse(['settle_on'], 'nothing is settled by a channel’s file');
  if (resend) refuse(['resend'], 'a channel pays nothing anew');
}

function refuseText(format: TextFile, refuse: Refuse): void {
  const { detail, trailer, control, status, match, header } = format;
  const details = columnNames(detail);
  const trailers = trailer ? columnNames(trailer) : [];
  const codes = Object.values(status ?? {}).flat();
  if (new Set(codes).size !== codes.length) refuse(['status'], 'one code has two meanings');
  if ((status !== undefined) !== details.includes('status'))
    refuse(['status'], 'stands here and in the detail columns, or in neither (then every line is S)');
  if (match.keys.includes('their_ref') && !details.includes('their_ref'))
    refuse(['match', 'keys'], 'needs the detail column their_ref');
  if (format.narrative.length > 0 && !details.includes('narrative'))
    refuse(['narrative'], 'needs the detail column narrative');
  refuseControl(format, trailers, refuse);
  const headerId = header && !('titles' in header) ? header.id : undefined;
  const ids = [headerId, detail.id, trailer?.id].filter((id) => id !== undefined);
  if (new Set(ids).size !== ids.length)
    refuse(['detail', 'id'], 'header, detail and trailer need ids of their own');
  if (trailer && trailer.id === undefined)
    refuse(['trailer'], 'needs an id: the last line must be known by it');
  if (control !== 'none' && control.hash && !details.includes('customer_no'))
    refuse(['control', 'hash'], 'needs the detail column customer_no');
  if (format.companion && format.companion.ending === format.pgp?.detached)
    refuse(['pgp', 'detached'], 'is the ending of the companion; they are two files');
  if (readsMessage(format.pgp) && format.zip?.kind === 'zip')
    refuse(['zip'], 'inside PGP only gz is read: a zip is not read from its beginning');
  if (format.layout === 'fixed') refuseFixed(format, refuse);
  else refuseDelimited(format, refuse);
}

/** Whether the file itself is a message of PGP, and not only signed beside it. */
function readsMessage(pgp: TextFile['pgp']): boolean {
  return pgp !== undefined && (pgp.decrypt !== undefined || pgp.detached === undefined);
}

function refuseControl(format: TextFile, trailers: string[], refuse: Refuse): void {
  const { control, trailer, companion } = format;
  if (control === 'none') {
    if (trailer || companion) refuse(['control'], 'a file with a trailer or a companion has totals to check');
    return;
  }
  if (!trailer && !companion)
    refuse(
      ['control'],
      'needs a trailer or a companion that states totals; write none if the source states none',
    );
  for (const name of ['count', 'amount', 'hash'] as const) {
    if (control[name] === undefined && trailers.includes(name))
      refuse(['control'], `${name} stands in the trailer and must be checked`);
    if (control[name] !== undefined && trailer && !companion && !trailers.includes(name))
      refuse(['control', name], 'stands here and in the trailer, or in neither');
  }
  if (control.checksum && !companion) refuse(['control', 'checksum'], 'needs a companion');
  if (!control.count && !control.checksum) refuse(['control'], 'must check count: a cut file shows by it');
}

function refuseFixed({ width, header, detail, trailer, delimiter }: TextFile, refuse: Refuse): void {
  if (delimiter !== undefined) refuse(['delimiter'], 'fixed width has none');
  if (width === undefined) refuse(['width'], 'fixed width needs it');
  if (header && 'titles' in header) refuse(['header'], 'needs an id in fixed width');
  const records = { header: header && !('titles' in header) ? header : undefined, detail, trailer };
  for (const [record, layoutOf] of Object.entries(records)) {
    let end = layoutOf?.id?.length ?? 0;
    const spans = (layoutOf?.columns ?? []).map(({ span }, index) => ({ span, index }));
    for (const { span, index } of spans.toSorted((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0))) {
      if (!span) refuse([record, 'cols', index], 'needs its place: name@start-end');
      else if (span.start < end) refuse([record, 'cols', index], 'stands where another column or the id is');
      else if (span.end > (width ?? span.end)) refuse([record, 'cols', index], 'ends after the line');
      end = span?.end ?? end;
    }
  }
}

function refuseDelimited(format: TextFile, refuse: Refuse): void {
  const { layout: kind, delimiter, width, header, detail, trailer } = format;
  if (kind === 'delimited' && delimiter === undefined) refuse(['delimiter'], 'is missing');
  if (delimiter === '"' || delimiter === '\n' || delimiter === '\r') refuse(['delimiter'], 'cannot be this');
  if (width !== undefined) refuse(['width'], 'is for fixed width');
  const records = { header: header && !('titles' in header) ? header : undefined, detail, trailer };
  for (const [record, layoutOf] of Object.entries(records)) {
    if (layoutOf?.id !== undefined && layoutOf.columns[0]?.kind !== 'skip')
      refuse([record, 'cols'], 'the first column is the record id; write it as _');
    for (const [index, { span }] of (layoutOf?.columns ?? []).entries())
      if (span) refuse([record, 'cols', index], 'places are for fixed width');
  }
}

function refuseStatement(format: StatementFile, refuse: Refuse): void {
  const known: readonly string[] = STATEMENT_FIELDS[format.layout];
  for (const [name, element] of Object.entries(format.detail))
    if (!known.includes(element))
      refuse(
        ['detail', name],
        `${element} is not an element of ${format.layout}; known: ${known.join(', ')}`,
      );
}
