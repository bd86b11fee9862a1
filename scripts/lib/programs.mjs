import { accessSync, constants } from 'node:fs';
import path from 'node:path';

// Servers live in folders that an ordinary user's PATH often leaves out.
const SERVER_FOLDERS = [
  '/usr/sbin',
  '/usr/libexec',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/local/libexec',
];

/**
 * Finds a program on this machine.
 * @param {string} name
 * @returns {string | null} its absolute path; null if it is not installed
 */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter).filter(Boolean), ...SERVER_FOLDERS];
  for (const folder of folders) {
    const file = path.resolve(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return null;
}

/** The MariaDB server's program, or null. */
export const databaseServer = () => findProgram('mariadbd');

/** The OpenSSH server's program and its key maker, or null if one of them is missing. */
export function sshPrograms() {
  const server = findProgram('sshd');
  const keygen = findProgram('ssh-keygen');
  return server === null || keygen === null ? null : { server, keygen };
}
