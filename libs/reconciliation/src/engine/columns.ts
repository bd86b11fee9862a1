import { quoted } from './duck';

/**
 * A detail line of their file, normalised: one line of tab-separated text, as the files of the other side are read
 * into. Empty is NULL.
 */
const THEIRS = {
  file_no: 'USMALLINT',
  line_no: 'UINTEGER',
  our_ref: 'VARCHAR',
  their_ref: 'VARCHAR',
  amount: 'BIGINT',
  st: 'VARCHAR',
  paid_at: 'TIMESTAMP',
  hint: 'VARCHAR',
  group_key: 'VARCHAR',
  type: 'VARCHAR',
};

/**
 * A row of ours as the snapshot is streamed out of the database. Their reference is last: it is what others wrote, and
 * is looked at on the way.
 */
const OURS = {
  match_key: 'VARCHAR',
  payment_id: 'VARCHAR',
  leg_no: 'UTINYINT',
  biller_id: 'VARCHAR',
  amount: 'BIGINT',
  st: 'VARCHAR',
  paid_at: 'TIMESTAMP',
  group_key: 'VARCHAR',
  carry_until: 'DATE',
  their_ref: 'VARCHAR',
};

/** Their normalised lines in these files, as a table expression. */
export const theirLines = (paths: readonly string[]) => tsv(paths, THEIRS);

/** Where a column of a streamed line of ours stands, from 0. */
export const placeOfOurs = (column: keyof typeof OURS) => Object.keys(OURS).indexOf(column);

/** Our streamed lines, as a table expression. */
export const ourLines = (path: string) => tsv([path], OURS);

/** Each reader's buffers would be 32 MB if nobody said otherwise. */
function tsv(paths: readonly string[], columns: Record<string, string>): string {
  const types = Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`);
  return (
    `read_csv([${paths.map(quoted).join(', ')}], delim = '\t', header = false, quote = '', escape = '', ` +
    `auto_detect = false, buffer_size = 1048576, max_line_size = 65536, columns = {${types.join(', ')}})`
  );
}
