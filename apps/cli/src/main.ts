import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { ConfigError, SettingError } from '#lib/platform';
import { addDatabaseCommands } from './database-commands';
import { addVerifyCommand } from './verify-command';

/** The operator's command line: `npx simpul`. Exit 0 = good, 1 = found wrong, 2 = could not run. */
const program = new Command('simpul')
  .description('Simpul, biller aggregator and collecting-agent switch: the operator’s command line')
  .showHelpAfterError('(see --help)')
  .exitOverride();

addDatabaseCommands(program);
addVerifyCommand(program);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const isOurs = error instanceof SettingError || error instanceof ConfigError;
    console.error(`simpul: ${isOurs ? error.message : describe(error)}`);
    process.exitCode = 2;
  }
});

function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ECONNREFUSED')
    return 'the database does not answer; is the installation running (npm start), or DATABASE_URL right?';
  return message ?? String(error);
}
