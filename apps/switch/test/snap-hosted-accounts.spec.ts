import { rupiah, SystemClock } from '#lib/kernel';
import {
  clientSecretKey,
  dataIn,
  identityOf,
  rsaPrivateKey,
  SigningRules,
  SnapClient,
  VirtualAccounts,
  type HostedAccount,
  type SnapPartner,
} from '#lib/snap';
import { anInstallation, HOST_BANK, type Installation } from '../../../test/support/processes';

/** Virtual accounts that a bank holds for us: our client against the simulator's bank, which reads SNAP by itself. */

let world: Installation;
let client: SnapClient;
let accounts: VirtualAccounts;
beforeAll(async () => {
  world = await anInstallation();
  client = new SnapClient(aPartner(), new SystemClock());
  accounts = new VirtualAccounts(client);
});
afterAll(async () => {
  await client.close();
  await world.close();
});

/** We, as the bank knows us. */
const aPartner = (): SnapPartner => ({
  origin: world.simulatorUrl(),
  prefix: '/banks/graha/openapi',
  version: 'v1.0',
  clientKey: HOST_BANK.clientKey,
  privateKey: rsaPrivateKey(HOST_BANK.privateKey),
  clientSecret: clientSecretKey(HOST_BANK.clientSecret),
  partnerId: '77788',
  channelId: '95231',
  signing: SigningRules.parse({}),
  externalIdLength: 32,
  refreshBeforeMs: 60_000,
  connectionsMax: 4,
  answerMaxBytes: 65_536,
});

let count = 0;
const anAccount = (ending = '0000'): HostedAccount => ({
  identity: identityOf('77788', `0812${String((count += 1)).padStart(4, '0')}${ending}`),
  name: 'TOP UP PPOB NUSANTARA',
  trxId: `TOPUP-${count}`,
  type: 'C',
  total: rupiah(1_000_000n),
});
const soon = (ms = 10_000) => new Date(Date.now() + ms);

test('an account is made, changed, marked as paid, reported and taken away', async () => {
  const account = anAccount();
  const made = await accounts.create(account, soon());
  expect(made.kind === 'done' && dataIn(made.body)).toMatchObject({
    ...account.identity,
    trxId: account.trxId,
  });

  const dearer = { ...account, total: rupiah(2_000_000n) };
  expect((await accounts.update(dearer, soon())).kind).toBe('done');
  const standing = await accounts.inquire(account, soon());
  expect(standing.kind === 'done' && dataIn(standing.body)).toMatchObject({
    totalAmount: { value: '2000000.00', currency: 'IDR' },
    paidStatus: 'N',
  });

  expect((await accounts.updateStatus(account, true, soon())).kind).toBe('done');
  const today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  const report = await accounts.report(account.identity.partnerServiceId, today, soon());
  expect(JSON.stringify(report)).toContain(account.trxId);

  expect((await accounts.remove(account, soon())).kind).toBe('done');
  expect(await accounts.inquire(account, soon())).toMatchObject({
    kind: 'refused',
    code: { caseCode: '12' },
  });
});

test.each([
  ['the bank made it and said nothing', '1068', 'done'],
  ['the bank made it and broke the connection', '1091', 'done'],
])('%s: it is asked for, and there once', async (_, ending, kind) => {
  const account = anAccount(ending);
  // The answer that never comes leaves time to ask.
  const first = await client.call('createVa', bodyOf(account), soon(500));
  expect(first.kind).toBe('unknown');
  expect((await accounts.inquire(account, soon())).kind).toBe(kind);
  const again = await accounts.create(account, soon(5_000));
  expect(again.kind).toBe(kind);
});

test('the bank made nothing and broke down: it is asked for, made once more, and then not known', async () => {
  expect((await accounts.create(anAccount('1105'), soon())).kind).toBe('unknown');
});

test('a wrong key gets no token, and nothing is sent', async () => {
  const stranger = new SnapClient({ ...aPartner(), clientKey: 'somebody else' }, new SystemClock());
  const outcome = await new VirtualAccounts(stranger).create(anAccount(), soon());
  expect(outcome.kind).toBe('not sent');
  await stranger.close();
});

function bodyOf({ identity, name, trxId, type }: HostedAccount): object {
  return { ...identity, virtualAccountName: name, trxId, virtualAccountTrxType: type };
}
