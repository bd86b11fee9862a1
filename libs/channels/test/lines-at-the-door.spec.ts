import fastify from 'fastify';
import { HttpDialects, type HttpDialect } from '../src/http/dialect';
import { prepareHttpServer } from '../src/http/server';

const LIMITS = {
  bodyMaxBytes: 1_000,
  requestWithinMs: 10_000,
  closeAfterMs: 15_000,
  keepAliveMs: 60_000,
  connectionsMax: 100,
  takenInPerTurn: 2,
  crowdAfterMs: 60_000,
  lateAfterMs: 60_000,
};
const STRANGERS = 40;

const dialect: HttpDialect = {
  speaksAt: () => true,
  mayForm: () => false,
  refusal: () => ({ status: 400, headers: {}, body: '' }),
};

test('a stranger under many names stands in one line, and takes no turns from a channel that came last', async () => {
  const server = fastify();
  prepareHttpServer(server, LIMITS, new HttpDialects([dialect]), {
    claim: ({ 'x-channel-id': name }) => (name === 'ours' ? name : undefined),
  });
  const served: unknown[] = [];
  server.get('/', ({ headers }) => served.push(headers['x-channel-id']));
  const call = (name: string) => server.inject({ url: '/', headers: { 'x-channel-id': name } });
  const names = Array.from({ length: STRANGERS }, (_, nth) => `stranger-${nth}`);
  await server.ready();
  await Promise.all([...names, 'ours'].map(call));
  expect(served).toHaveLength(STRANGERS + 1);
  expect(served.indexOf('ours')).toBeLessThan(STRANGERS / 2);
  await server.close();
});
