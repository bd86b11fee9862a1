import type { SFTPWrapper } from 'ssh2';
import { setting, SettingError } from '#lib/platform';
import type { Drop } from './drop';
import { readAhead } from './read-ahead';
import { connectSftp, loginSettings, type SftpLogin } from './sftp-connection';

/** Where a source's SFTP drop is, how we log in, and the folders it leaves its files in. */
export interface SftpSettings extends SftpLogin {
  folders: readonly string[];
}

/**
 * Reads the settings of a source from the environment: how we log in, and `<prefix>_FOLDER`, which may name several, parted
 * by commas.
 * @throws SettingError naming the one that is missing or wrong.
 */
export function sftpSettings(prefix: string): SftpSettings {
  return { ...loginSettings(prefix, 'the SFTP drop'), folders: folderSettings(prefix) };
}

/**
 * Reads `<prefix>_FOLDER`: the folders of a drop, parted by commas.
 * @throws SettingError when it is missing or names an empty one.
 */
export function folderSettings(prefix: string): string[] {
  const name = `${prefix}_FOLDER`;
  const folders = setting(
    name,
    'folder of the drop that holds the settlement files; several parted by commas',
  )
    .split(',')
    .map((folder) => folder.trim());
  if (folders.includes('')) throw new SettingError(`${name} names an empty folder between its commas`);
  return folders;
}

/**
 * Opens the drop of a source, over one connection.
 * @throws HostKeyRefused when the host key is another one; Error when the drop cannot be reached or refuses us.
 */
export async function openSftpDrop(settings: SftpSettings): Promise<Drop> {
  const { client, gone, close } = await connectSftp(settings);
  // The library wraps only reads that ask for one chunk at a time.
  const { sftp } = client as unknown as { sftp: SFTPWrapper };
  return {
    async list() {
      const files = [];
      for (const folder of settings.folders)
        for (const { type, name, size, modifyTime } of await client.list(folder))
          if (type === '-') files.push({ name, folder, size, modifiedAt: modifyTime });
      return files;
    },
    read({ folder, name, size }) {
      return readAhead(sftp, `${folder}/${name}`, size, gone);
    },
    close,
  };
}
