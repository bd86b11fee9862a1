import { customer, expectProblem, H2hClient } from '../../../test/support/h2h-client';
import { anInstallation, until, type Installation } from '../../../test/support/processes';

/** Which channel speaks how is configuration; what nobody can speak is said at the start, by name. */

let world: Installation;
beforeAll(async () => {
  world = await anInstallation();
});
afterAll(() => world.close());

const setChannel = (set: string) =>
  world.store.admin.run(`UPDATE channel SET ${set} WHERE channel_id = 'warung-kecil'`);

test('a switch does not start with a channel whose profile is not configured', async () => {
  await setChannel("profile = 'gone'");
  await expect(world.startSwitch()).rejects.toThrow(/warung-kecil.*config\/channels\/gone\.yaml/);
  await setChannel("profile = 'h2h', is_active = 0");
  await (await world.startSwitch()).end('SIGTERM');
  await setChannel('is_active = 1');
});

test('a channel that has come to speak another protocol signs in here no more', async () => {
  const app = await world.startSwitch();
  const client = new H2hClient(() => app.url, 'warung-kecil');
  await client.offer('pln-postpaid', customer('pln-postpaid'));
  await setChannel("protocol = 'telex'");
  const refused = await until(
    () => client.call('GET', '/v1/balance'),
    ({ status }) => status !== 200,
  );
  expectProblem(refused, 401, 'SIGNATURE_INVALID');
});
