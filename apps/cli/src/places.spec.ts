import { join } from 'node:path';
import type * as Places from './places';

afterEach(() => {
  delete process.env['SIMPUL_CONFIG'];
});

function placesGiven(config?: string): typeof Places {
  jest.resetModules();
  if (config !== undefined) process.env['SIMPUL_CONFIG'] = config;
  return jest.requireActual<typeof Places>('./places');
}

test('the command line reads the configuration that switch and worker read', () => {
  expect(placesGiven('/srv/simpul/config').CONFIG).toBe('/srv/simpul/config');
});

test('without the setting it is the one of the checkout', () => {
  const { CONFIG, ROOT } = placesGiven();
  expect(CONFIG).toBe(join(ROOT, 'config'));
});
