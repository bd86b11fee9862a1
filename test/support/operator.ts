import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { QUICK_START } from './quick-start';

const MAIN = join(__dirname, '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');

/** What a command said, and how it ended. */
export interface Said {
  code: number;
  out: string;
  /** What stood on standard output, where it was JSON. */
  json: Record<string, unknown>;
  error: string;
}

/** Runs `simpul` on an installation as an operator does: the built command, in a process of its own. */
export function anOperatorOf(of: {
  url: string;
  home: string;
  dataKey: string;
}): (...words: string[]) => Promise<Said> {
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: of.url,
    SIMPUL_HOME: of.home,
    SIMPUL_DATA_KEY: of.dataKey,
  };
  return (...words) =>
    new Promise((resolve) => {
      execFile(process.execPath, [...QUICK_START, MAIN, ...words], { env }, (failure, out, error) => {
        const code = typeof failure?.code === 'number' ? failure.code : failure ? 2 : 0;
        const json = out.startsWith('{') ? (JSON.parse(out) as Record<string, unknown>) : {};
        resolve({ code, out, json, error });
      });
    });
}
