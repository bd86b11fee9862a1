import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Argument, type Command } from 'commander';
import { z } from 'zod';
import { readConfigFile } from '#lib/platform';
import { CONFIG, ROOT } from './places';

const PROCESSES = ['switch', 'worker', 'backoffice'] as const;

/** What Node is told for each program: config/node-options.json. */
const NodeOptions = z.looseObject({
  switch: z.array(z.string()),
  worker: z.array(z.string()),
  backoffice: z.array(z.string()),
});

/** `simpul run`: one built process, without any set-up, as production starts it. */
export function addProcessCommands(program: Command): void {
  program
    .command('run')
    .description('run one process in the foreground; every setting comes from the environment')
    .addArgument(new Argument('<process>', 'which one').choices(PROCESSES))
    .action(async (name: (typeof PROCESSES)[number]) => {
      const main = join(ROOT, 'dist', 'apps', name, 'src', 'main.js');
      const options = readConfigFile(join(CONFIG, 'node-options.json'), NodeOptions)[name];
      const child = spawn(process.execPath, [...options, main], { stdio: 'inherit' });
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code) => resolve(code ?? 1));
      });
    });
}
