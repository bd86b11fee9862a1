import { z } from 'zod';
import { userOf } from '#lib/audit';
import { contract } from '../http/contract';
import { countUpTo, Cursor, Done, Instant, PAGE } from '../http/schemas';

const Login = z
  .string()
  .trim()
  .max(80)
  .refine(isLogin, 'must be an e-mail address')
  .meta({ description: 'an e-mail address' });
const Role = z.string().min(1).max(30);
const Reason = z.string().trim().min(1).max(500).meta({ description: 'why, for the checker and the trail' });
const Params = z.strictObject({ userId: z.string().max(60) });

const User = z.object({
  userId: z.string(),
  login: z.string(),
  name: z.string(),
  language: z.enum(['id', 'en']),
  channelId: z.string().nullable().meta({ description: 'whose staff this is; null: the house' }),
  state: z
    .enum(['active', 'disabled', 'locked'])
    .meta({ description: 'locked: too many have failed to sign in as them' }),
  roles: z.array(z.string()),
  isEnrolled: z.boolean(),
  createdBy: z.string(),
  createdAt: Instant,
  signedInAt: Instant.nullable(),
});

/** A proposal about users or roles that waits for its checker, who decides among the approvals. */
const Waiting = z.object({
  approvalId: z.string(),
  kind: z.string(),
  subject: z.string().meta({ description: 'a login, or the name of a role' }),
  maker: z.string(),
  reason: z.string(),
  proposedAt: Instant,
  expiresAt: Instant,
});

const Proposed = z.object({ approvalId: z.string(), version: z.string() });

export const ListUsers = contract({
  method: 'GET',
  path: 'users',
  right: 'users.read',
  tells: { id: 'Siapa yang boleh masuk, menurut alamat', en: 'Who may sign in, by login' },
  query: z.strictObject({
    q: z.string().trim().max(80).optional().meta({ description: 'part of a login, name, role or partner' }),
    cursor: Cursor.optional(),
    limit: countUpTo(PAGE.rowsMax).optional(),
  }),
  answer: z.object({ users: z.array(User), next: z.string().nullable(), waiting: z.array(Waiting) }),
});

export const ReadUser = contract({
  method: 'GET',
  path: 'users/:userId',
  right: 'users.read',
  tells: {
    id: 'Satu pengguna, sesinya, dan yang menunggu tentangnya',
    en: 'One user, their sessions, and what waits about them',
  },
  params: Params,
  answer: z.object({
    user: User,
    sessions: z.array(
      z.object({
        sessionId: z.string(),
        startedAt: Instant,
        seenAt: Instant,
        source: z.string(),
        agent: z.string(),
      }),
    ),
    waiting: z.array(Waiting),
  }),
});

export const ListUserEvents = contract({
  method: 'GET',
  path: 'users/:userId/events',
  right: 'audit.read',
  tells: {
    id: 'Kejadian keamanan tentang atau oleh seorang pengguna',
    en: 'Security events about a user, or done by them',
  },
  params: Params,
  query: z.strictObject({ cursor: Cursor.optional(), limit: countUpTo(PAGE.rowsMax).optional() }),
  answer: z.object({
    events: z.array(
      z.object({
        eventId: z.string(),
        at: Instant,
        kind: z.string(),
        login: z.string().nullable(),
        by: z.string().nullable(),
        source: z.string().nullable(),
        detail: z.unknown(),
      }),
    ),
    next: z.string().nullable(),
  }),
});

export const EndUserSession = contract({
  method: 'DELETE',
  path: 'users/:userId/sessions/:sessionId',
  right: 'users.manage',
  tells: { id: 'Akhiri sesi seorang pengguna', en: 'End a session of a user' },
  params: Params.extend({ sessionId: z.string().max(60) }),
  answer: Done,
});

export const ListRoles = contract({
  method: 'GET',
  path: 'roles',
  right: 'users.read',
  tells: {
    id: 'Apa yang dapat diberikan kepada pengguna: peran, izin, mitra',
    en: 'What a user may be given: roles, permissions, partners',
  },
  answer: z.object({
    builtIn: z.array(z.object({ role: z.string(), permissions: z.array(z.string()) })),
    custom: z.array(z.object({ role: z.string(), permissions: z.array(z.string()) })),
    permissions: z.array(z.string()),
    channels: z.array(z.string()),
    waiting: z.array(Waiting),
  }),
});

export const ProposeUser = contract({
  method: 'POST',
  path: 'users',
  right: 'users.manage',
  fresh: true,
  tells: { id: 'Usulkan pengguna baru', en: 'Propose a new user' },
  body: z.strictObject({
    login: Login,
    name: z.string().trim().min(1).max(80),
    language: z.enum(['id', 'en']),
    roles: z.array(Role).min(1).max(20),
    channelId: z.string().min(1).max(40).nullable(),
    reason: Reason,
  }),
  answer: Proposed,
});

export const ProposeRoles = contract({
  method: 'POST',
  path: 'users/:userId/roles',
  right: 'users.manage',
  fresh: true,
  tells: { id: 'Usulkan peran seorang pengguna', en: 'Propose which roles a user has' },
  params: Params,
  body: z.strictObject({ roles: z.array(Role).min(1).max(20), reason: Reason }),
  answer: Proposed,
});

export const ProposeEnable = contract({
  method: 'POST',
  path: 'users/:userId/enable',
  right: 'users.manage',
  fresh: true,
  tells: {
    id: 'Usulkan bahwa pengguna yang dinonaktifkan boleh masuk lagi',
    en: 'Propose that a disabled user may sign in again',
  },
  params: Params,
  body: z.strictObject({ reason: Reason }),
  answer: Proposed,
});

export const ProposeReset = contract({
  method: 'POST',
  path: 'users/:userId/reset',
  right: 'users.manage',
  fresh: true,
  tells: {
    id: 'Usulkan pendaftaran ulang bagi yang kehilangan faktor kedua',
    en: 'Propose that somebody who lost their second factor enrols anew',
  },
  params: Params,
  body: z.strictObject({ isPasswordKept: z.boolean(), reason: Reason }),
  answer: Proposed,
});

export const ProposeRole = contract({
  method: 'POST',
  path: 'roles',
  right: 'users.manage',
  fresh: true,
  tells: {
    id: 'Usulkan apa yang boleh dilakukan suatu peran instalasi ini',
    en: 'Propose what a role of this installation may do',
  },
  body: z.strictObject({
    role: Role,
    permissions: z.array(z.string().max(40)).max(200),
    reason: Reason,
  }),
  answer: Proposed,
});

export const DisableUser = contract({
  method: 'POST',
  path: 'users/:userId/disable',
  right: 'users.manage',
  fresh: true,
  tells: { id: 'Nonaktifkan pengguna, seketika', en: 'Keep a user out, at once' },
  params: Params,
  body: z.strictObject({ reason: Reason }),
  answer: Done,
});

export const UnlockUser = contract({
  method: 'POST',
  path: 'users/:userId/unlock',
  right: 'users.manage',
  fresh: true,
  tells: {
    id: 'Buka akun yang terkunci karena terlalu banyak percobaan',
    en: 'Open an account that too many have failed to sign in to',
  },
  params: Params,
  answer: Done,
});

function isLogin(text: string): boolean {
  try {
    userOf(text);
    return true;
  } catch {
    return false;
  }
}
