import type { Command } from 'commander';
import { JSON_HELP } from './output';

/** How every command explains `--as`. */
export const AS_HELP = 'who you are, an e-mail address';

/** What somebody who decides about money types. */
export interface Maker {
  as: string;
  json?: boolean;
}

/** What the second person types: also which version of the proposal they were shown. */
export interface Checker extends Maker {
  version: string;
}

/** Adds what every command asks that is one person's word. */
export function asksMaker(command: Command): Command {
  return command.requiredOption('--as <user>', 'who you are, an e-mail address').option('--json', JSON_HELP);
}

/** Adds what every command asks that decides about a proposal. @param shownBy the command that prints its version */
export function asksChecker(command: Command, shownBy: string): Command {
  return asksMaker(
    command.requiredOption(
      '--version <version>',
      `the version that you have looked at, as “${shownBy}” prints it`,
    ),
  );
}

/** A checker's word on a proposal: which one, as they were shown it. */
export interface Agreement {
  approvalId: string;
  version: string;
  by: string;
}

/** How a proposal goes on, for its maker to hand to a checker: `proposed as apr_…; another person agrees with: …`. */
export function proposedAs({ approvalId, version }: Omit<Agreement, 'by'>): string {
  return `proposed as ${approvalId}; another person agrees with: simpul approval approve ${approvalId} --version ${version} --as <checker>`;
}
