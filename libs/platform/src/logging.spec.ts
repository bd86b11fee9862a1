import { createLogger } from './logging';

function logged(content: object): string {
  let text = '';
  const logger = createLogger('test', { write: (line) => void (text += line) });
  logger.error(content, 'a line');
  return text;
}

test.each([
  ['a secret', { secret: 'canary' }],
  ['a secret one floor down', { channel: { secret: 'canary' } }],
  ['a token two floors down', { payment: { receipt: { token: 'canary' } } }],
  ['the values of a failed statement', { err: Object.assign(new Error('gone'), { sql: "SELECT 'canary'" }) }],
])('%s reaches no log', (_, content) => {
  const line = logged(content);
  expect(line).not.toContain('canary');
  expect(line).toContain('[masked]');
});

test('one event is one line, whatever the text in it', () => {
  const line = logged({ detail: 'first\nsecond\u001b[31m' });
  expect(line.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(line)).toMatchObject({ detail: 'first\nsecond\u001b[31m', msg: 'a line' });
});
