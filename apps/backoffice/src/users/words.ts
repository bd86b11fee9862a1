import type { UserRefusal } from '#lib/identity';
import { Problem, type Words } from '../http/problem';

/** Why nothing about a user or a role was proposed or done, as the console tells it. */
export function problemOf(refusal: UserRefusal): Problem {
  switch (refusal.kind) {
    case 'not allowed':
      return new Problem('NOT_ALLOWED', `this needs the permission ${refusal.permission}`);
    case 'unknown user':
      return new Problem('UNKNOWN');
    case 'changed meanwhile':
      return new Problem('CHANGED_MEANWHILE');
    case 'own access':
      return new Problem('REFUSED', OWN_ACCESS);
    case 'four eyes':
      return new Problem('REFUSED', FOUR_EYES);
    case 'login taken':
      return new Problem('REFUSED', LOGIN_TAKEN, { field: 'login' });
    case 'unknown channel':
      return new Problem('REFUSED', unknownChannel(refusal.channelId), { field: 'channelId' });
    case 'no role':
      return new Problem('REFUSED', NO_ROLE, { field: 'roles' });
    case 'unknown role':
      return new Problem('REFUSED', unknownRole(refusal.role), { field: 'roles' });
    case 'role of others':
      return new Problem('REFUSED', roleOfOthers(refusal.role), { field: 'roles' });
    case 'unknown permission':
      return new Problem('REFUSED', unknownPermission(refusal.permission), { field: 'permissions' });
    case 'role name':
      return new Problem('REFUSED', ROLE_NAME, { field: 'role' });
    case 'state':
      return new Problem('REFUSED', STATES[refusal.state]);
    case 'proposal':
      return new Problem('REFUSED', waitsAlready(refusal.refusal.approvalId, refusal.refusal.maker));
    case 'approval':
      return new Problem('REFUSED');
  }
}

const OWN_ACCESS: Words = {
  id: 'Tidak seorang pun memutuskan aksesnya sendiri; administrator lain harus melakukannya.',
  en: 'Nobody decides about their own access; another administrator must.',
};

const FOUR_EYES: Words = {
  id: 'Ini membutuhkan dua administrator.',
  en: 'This takes two administrators.',
};

const LOGIN_TAKEN: Words = {
  id: 'Alamat ini sudah, atau pernah, dipakai seorang pengguna; satu alamat untuk satu orang selamanya.',
  en: 'This login is a user already, or was one; a login is one person for ever.',
};

const NO_ROLE: Words = { id: 'Seorang pengguna membutuhkan peran.', en: 'A user needs a role.' };

const ROLE_NAME: Words = {
  id: 'Nama peran ditulis dengan huruf kecil, seperti night_desk, dan bukan nama peran bawaan.',
  en: 'A role has small letters, such as night_desk, and not the name of a built-in one.',
};

const STATES: Readonly<Record<'active' | 'disabled', Words>> = {
  active: { id: 'Pengguna ini sudah aktif.', en: 'This user is active already.' },
  disabled: { id: 'Pengguna ini dinonaktifkan.', en: 'This user is disabled.' },
};

function unknownChannel(channelId: string): Words {
  return { id: `Mitra ${channelId} tidak dikenal.`, en: `There is no partner ${channelId}.` };
}

function unknownRole(role: string): Words {
  return { id: `Peran “${role}” tidak dikenal.`, en: `There is no role “${role}”.` };
}

function roleOfOthers(role: string): Words {
  return {
    id: `Peran ${role} bukan untuk orang seperti ini: mitra memakai peran partner, dan kami peran lain.`,
    en: `${role} is not for staff of this kind: partners have the role partner, and the house the others.`,
  };
}

function unknownPermission(permission: string): Words {
  return { id: `Izin “${permission}” tidak dikenal.`, en: `There is no permission “${permission}”.` };
}

function waitsAlready(approvalId: string, maker: string): Words {
  return {
    id: `${maker} sudah mengusulkan ini sebagai ${approvalId}, dan usul itu masih menunggu.`,
    en: `${maker} has proposed this already as ${approvalId}, which still waits.`,
  };
}
