import { Option, type Command } from 'commander';
import {
  addFirstAdministrator,
  disableUser,
  listCustomRoles,
  listSecurityEvents,
  listUsers,
  proposeCustomRole,
  proposeEnable,
  proposeReset,
  proposeRoles,
  proposeUser,
  unlockUser,
  type Language,
  type NewUser,
  type UserRefusal,
  type Word,
} from '#lib/identity';
import { wibText, type Result } from '#lib/kernel';
import { clockFromEnvironment, type Database } from '#lib/platform';
import { handOver, userInWords } from '#lib/proposals';
import { withDatabase } from './database';
import { AS_HELP, asksMaker, proposedAs, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { printTable } from './table';

const COMMAND_LINE = 'the command line';
const EVENTS_MAX = 200;
const LOGIN_HELP = 'an e-mail address';

/** What a maker says about a user or a role. */
interface Reasoned extends Maker {
  reason: string;
}

/** `simpul user`: who may sign in. */
export function addUserCommands(program: Command): void {
  const user = program
    .command('user')
    .description('who may sign in to the console, with which roles: docs/security.md');
  addAddCommand(user);
  addProposals(user);
  addListCommand(user);
  addEventsCommand(user);
  asksMaker(
    user
      .command('disable')
      .description('keep somebody out, at once; letting them in again takes two')
      .argument('<login>', LOGIN_HELP)
      .requiredOption('--reason <text>'),
  ).action(async (login: string, { as: by, reason, json }: Reasoned) => {
    const at = clockFromEnvironment().now();
    const done = await withDatabase((database) => disableUser(database, login, { by, reason, at }));
    tell(done, `${login} is disabled, and every session of theirs is over`, json);
  });
  asksMaker(
    user
      .command('unlock')
      .description(
        'open an account that too many have failed to sign in to, once you have recognised its user',
      )
      .argument('<login>', LOGIN_HELP),
  ).action(async (login: string, { as: by, json }: Maker) => {
    const at = clockFromEnvironment().now();
    const done = await withDatabase((database) => unlockUser(database, login, { by, at }));
    tell(done, `${login} may sign in again`, json);
  });
}

interface Added extends Partial<Reasoned> {
  name: string;
  role: string[];
  language: Language;
  channel?: string;
}

function addAddCommand(user: Command): void {
  user
    .command('add')
    .description(
      'propose somebody who is to sign in (the maker); another administrator agrees. The first two administrators are added at once, without --as',
    )
    .argument('<login>', LOGIN_HELP)
    .requiredOption('--name <name>', 'as the console shows it')
    .requiredOption('--role <role...>', 'roles of docs/security.md, or of the installation')
    .addOption(new Option('--language <language>').choices(['id', 'en']).default('id'))
    .option('--channel <channel>', 'the partner whose staff they are; left out: the house')
    .option('--as <user>', AS_HELP)
    .option('--reason <text>', 'why, for the checker')
    .option('--json', JSON_HELP)
    .action(async (login: string, { name, role: roles, language, channel, as, reason, json }: Added) => {
      const at = clockFromEnvironment().now();
      const wanted: NewUser = { login, name, language, roles, channelId: channel ?? null };
      if (as !== undefined)
        return propose(json, (database) =>
          proposeUser(database, wanted, { by: as, reason: reason ?? '', at }),
        );
      if (roles.join() !== 'administrator' || channel !== undefined)
        return refuse(
          'only the first two administrators are added by one person; say --as and --reason',
          json,
        );
      const added = await withDatabase((database) =>
        addFirstAdministrator(database, wanted, { by: COMMAND_LINE, at }),
      );
      if (!added.ok) return refuse(userInWords(added.error).en, json);
      say(handOver(added.value).en, { enrolment: added.value }, json);
    });
}

function addProposals(user: Command): void {
  asksReason(user.command('roles').description('propose which roles a user has (the maker)'))
    .argument('<login>', LOGIN_HELP)
    .requiredOption('--role <role...>', 'all of them: those left out are taken away')
    .action((login: string, { role: roles, ...more }: Reasoned & { role: string[] }) =>
      propose(more.json, (database) => proposeRoles(database, { login, roles }, wordOf(more))),
    );
  asksReason(user.command('enable').description('propose that a disabled user may sign in again (the maker)'))
    .argument('<login>', LOGIN_HELP)
    .action((login: string, more: Reasoned) =>
      propose(more.json, (database) => proposeEnable(database, login, wordOf(more))),
    );
  asksReason(
    user.command('reset').description('propose that a user who has lost their second factor enrols anew'),
  )
    .argument('<login>', LOGIN_HELP)
    .option('--password-too', 'the password is lost as well', false)
    .action((login: string, { passwordToo, ...more }: Reasoned & { passwordToo: boolean }) =>
      propose(more.json, (database) =>
        proposeReset(database, { login, isPasswordKept: !passwordToo }, wordOf(more)),
      ),
    );
  asksReason(user.command('role').description('propose what a role of the installation may do (the maker)'))
    .argument('<role>', 'its name, for example night_desk')
    .option('--permission <permission...>', 'all of them: those left out are taken away', [])
    .action((role: string, { permission: permissions, ...more }: Reasoned & { permission: string[] }) =>
      propose(more.json, (database) => proposeCustomRole(database, { role, permissions }, wordOf(more))),
    );
}

function asksReason(command: Command): Command {
  return asksMaker(command.requiredOption('--reason <text>', 'why, for the checker'));
}

function wordOf({ as: by, reason }: Reasoned): Word {
  return { by, reason, at: clockFromEnvironment().now() };
}

async function propose(
  json: boolean | undefined,
  work: (database: Database) => ReturnType<typeof proposeUser>,
): Promise<void> {
  const done = await withDatabase(work);
  if (!done.ok) return refuse(userInWords(done.error).en, json);
  say(proposedAs(done.value), done.value, json);
}

function addListCommand(user: Command): void {
  user
    .command('list')
    .description('everybody who may sign in, and the roles of the installation')
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const now = clockFromEnvironment().now();
      const { users, roles } = await withDatabase(async (database) => ({
        users: await listUsers(database, { now }),
        roles: await listCustomRoles(database),
      }));
      if (json) return printJson({ ok: true, users, roles });
      printTable(
        ['login', 'name', 'of', 'roles', 'state', 'enrolled', 'last sign-in'],
        users.map((one) => [
          one.login,
          one.name,
          one.scope === 'house' ? 'the house' : one.scope.channelId,
          one.roles.join(', '),
          one.state,
          one.isEnrolled ? 'yes' : 'no',
          one.signedInAt ? wibText(one.signedInAt) : 'never',
        ]),
      );
      if (users.length === 0) console.log('nobody; add the first: simpul user add --help');
      for (const { role, permissions } of roles) console.log(`${role}: ${permissions.join(', ')}`);
    });
}

function addEventsCommand(user: Command): void {
  user
    .command('events')
    .description('security events, the newest first: sign-ins, refusals, limits, changes of users')
    .option('--login <login>', 'about this user, or done by them')
    .option('--json', JSON_HELP)
    .action(async ({ login, json }: { login?: string; json?: boolean }) => {
      const query = { rowsMax: EVENTS_MAX, ...(login !== undefined && { login }) };
      const events = await withDatabase((database) => listSecurityEvents(database, query));
      if (json) return printJson({ ok: true, events });
      printTable(
        ['at', 'event', 'user', 'by', 'from', 'detail'],
        events.map((one) => [
          wibText(one.at),
          one.kind,
          one.login ?? '',
          one.by ?? '',
          one.source ?? '',
          one.detail === null ? '' : JSON.stringify(one.detail),
        ]),
      );
    });
}

function tell(done: Result<undefined, UserRefusal>, text: string, json: boolean | undefined): void {
  if (done.ok) say(text, {}, json);
  else refuse(userInWords(done.error).en, json);
}
