import { loginIn } from '../../../test/support/sftp';
import { loginSettings } from './sftp-connection';

test('a login is read from the environment by name, and what is missing is named with what it is for', () => {
  const login = loginIn('LOGIN_TEST');
  expect(loginSettings('LOGIN_TEST', 'the SFTP drop')).toEqual(login);
  delete process.env.LOGIN_TEST_HOST_KEY_SHA256;
  expect(() => loginSettings('LOGIN_TEST', 'the SFTP drop')).toThrow(
    /LOGIN_TEST_HOST_KEY_SHA256 is missing.*the host key of the SFTP drop/,
  );
});

test('a password is named by its file where the owner of the server gives no key', () => {
  const { privateKeyFile: _, ...login } = loginIn('PASSWORD_TEST');
  delete process.env.PASSWORD_TEST_PRIVATE_KEY_FILE;
  expect(() => loginSettings('PASSWORD_TEST', 'the SFTP drop')).toThrow('PASSWORD_TEST_PRIVATE_KEY_FILE');
  process.env.PASSWORD_TEST_PASSWORD_FILE = '/keys/password';
  expect(loginSettings('PASSWORD_TEST', 'the SFTP drop')).toEqual({
    ...login,
    passwordFile: '/keys/password',
  });
});
