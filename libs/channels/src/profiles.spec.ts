import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Channel } from '#lib/catalog';
import { ChannelProfiles } from './profiles';

const folder = mkdtempSync(join(tmpdir(), 'simpul-profiles-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A directory of profiles with these texts by name. */
function directory(name: string, texts: Record<string, string>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(path, file), text);
  return path;
}

const GOOD = 'protocol: h2h\nanswerWithinMs: 14000\noptions: {}\n';

function aChannel(of: Partial<Channel>): Channel {
  return Object.assign(new Channel(), { channelId: 'a', protocol: 'h2h', profile: 'brief', ...of });
}

test('a profile is known by its file’s name and serves every channel that names it', () => {
  const profiles = ChannelProfiles.read(directory('good', { 'brief.yaml': GOOD, 'notes.txt': 'no profile' }));
  expect([...profiles.all('h2h').keys()]).toEqual(['brief']);
  expect(profiles.of(aChannel({}), 'h2h')?.answerWithinMs).toBe(14_000);
  expect(profiles.of(aChannel({ channelId: 'b' }), 'h2h')).toBe(profiles.of(aChannel({}), 'h2h'));
});

test('a channel of another protocol, or of a profile that is not there, has no profile at this door', () => {
  const profiles = ChannelProfiles.read(directory('doors', { 'brief.yaml': GOOD }));
  expect(profiles.of(aChannel({ protocol: 'telex' }), 'h2h')).toBeUndefined();
  expect(profiles.of(aChannel({ profile: 'gone' }), 'h2h')).toBeUndefined();
});

test('start is refused with the name of every channel that nobody can speak to, and the remedy', () => {
  const profiles = ChannelProfiles.read(directory('start', { 'brief.yaml': GOOD }));
  expect(() => profiles.requireFor([aChannel({})])).not.toThrow();
  const channels = [
    aChannel({ channelId: 'lost', profile: 'gone' }),
    aChannel({ channelId: 'odd', protocol: 'telex' }),
  ];
  expect(() => profiles.requireFor(channels)).toThrow(
    /channel lost has the profile "gone": add config\/channels\/gone\.yaml.*\n.*channel odd speaks telex/,
  );
});

test.each([
  ['an unknown protocol', GOOD.replace('h2h', 'telex'), ':1: protocol: must be one of h2h'],
  ['no protocol', GOOD.replace('protocol: h2h\n', ''), ':1: protocol: must be one of h2h'],
  ['a time that is none', GOOD.replace('14000', 'soon'), ':2: answerWithinMs: '],
  ['no time', GOOD.replace('answerWithinMs: 14000\n', ''), ':1: answerWithinMs: '],
  ['an option nobody knows', GOOD.replace('{}', '{ cheap: true }'), ':3: options: Unrecognized key: "cheap"'],
  ['a member nobody knows', `${GOOD}colour: red\n`, ':4: (top): Unrecognized key: "colour"'],
])('a profile with %s is refused by file, line and key', (name, text, where) => {
  const path = directory(name, { 'brief.yaml': text });
  expect(() => ChannelProfiles.read(path)).toThrow(`${join(path, 'brief.yaml')}${where}`);
});

const TEXT = readFileSync(join(__dirname, '..', '..', '..', 'config', 'channels', 'text-pin.yaml'), 'utf8');

test.each([
  [
    'a line that tells what it does not know',
    "'SALDO {available}",
    "'SALDO {paymentId}",
    /lines\.balance: there is no \{paymentId\} here, only /,
  ],
  ['one name for two things', 'refID', 'pin', /parameters: pin stands for two things/],
  ['a payment of bills without their inquiry', '  inquiryId: inqID\n', '', /parameters: `pay` needs/],
  ['commands and no name for them', '  command: cmd\n', '', /parameters: commands need a parameter/],
  ['the path of another door', 'path: /trx', 'path: /v1/payments', /path: is a path of another door/],
  [
    'a code that is paid to its readers',
    'codes: {}',
    "codes: { IN_PROGRESS: '00' }",
    /IN_PROGRESS would read as APPROVED/,
  ],
  [
    'a last word that is none',
    'codes: {}',
    "codes: { NOT_NOW: '05' }",
    /NOT_NOW would read as DECLINED_BY_BILLER/,
  ],
  ['a code that is none of ours', 'codes: {}', 'codes: { SORRY: 1 }', /codes/],
])('a text profile with %s is refused by its line', (name, right, wrong, message) => {
  expect(TEXT).toContain(right);
  const path = directory(name, { 'text.yaml': TEXT.replace(right, wrong) });
  expect(() => ChannelProfiles.read(path)).toThrow(message);
  expect(() => ChannelProfiles.read(path)).toThrow(/text\.yaml:\d+: /);
});
