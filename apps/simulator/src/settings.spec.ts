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
