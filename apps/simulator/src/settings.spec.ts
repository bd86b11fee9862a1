import { BILLERS, variableOf } from './billers/biller';
import { readSettings } from './settings';

const ENVIRONMENT = {
  HTTP_PORT: '8082',
  SIMPUL_HOME: '/somewhere/home',
  SIMULATOR_DROP: '/somewhere/drop',
  ...Object.fromEntries(
    BILLERS.filter(({ dialect }) => !['snap', 'iso-pln', 'iso-alto'].includes(dialect)).map((biller) => [
      variableOf(biller, 'SECRET'),
      'a',
    ]),
  ),
};

test('the environment is read once, and state gets a folder of its own', () => {
  const settings = readSettings({ ...ENVIRONMENT, SIMPUL_CLOCK_OFFSET: '+1d' });

  expect(settings).toMatchObject({
    port: 8_082,
    stateFolder: '/somewhere/home/simulator',
    clockOffsetMs: 86_400_000,
  });
});

test.each(Object.keys(ENVIRONMENT))('a missing %s is named', (name) => {
  expect(() => readSettings({ ...ENVIRONMENT, [name]: '' })).toThrow(name);
});

test('a port or an offset that makes no sense is named', () => {
  expect(() => readSettings({ ...ENVIRONMENT, HTTP_PORT: '80820' })).toThrow('HTTP_PORT=80820');
  expect(() => readSettings({ ...ENVIRONMENT, SIMPUL_CLOCK_OFFSET: 'tomorrow' })).toThrow(
    'SIMPUL_CLOCK_OFFSET',
  );
});

test('a biller with keys or a line of its own is there once it is given them', () => {
  expect([...readSettings(ENVIRONMENT).billers.keys()]).not.toContain('kawan');

  const { billers } = readSettings({
    ...ENVIRONMENT,
    BILLER_KAWAN_PORT: '8087',
    BILLER_KAMPUS_NUSA_SECRET: 'd',
    BILLER_KAMPUS_NUSA_CLIENT_KEY: 'client',
    BILLER_KAMPUS_NUSA_PUBLIC_KEY: 'pem',
  });

  expect(billers.get('kawan')).toMatchObject({ port: 8_087 });
  expect(billers.get('kampus-nusa')).toMatchObject({ secret: 'd', snap: { clientKey: 'client' } });
  expect(() => readSettings({ ...ENVIRONMENT, BILLER_KAWAN_PORT: '80870' })).toThrow('80870');
});
