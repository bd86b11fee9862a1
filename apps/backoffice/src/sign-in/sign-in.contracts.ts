import { z } from 'zod';
import { contract } from '../http/contract';
import { Done, Instant } from '../http/schemas';

const Login = z.string().trim().min(3).max(80).meta({ description: 'an e-mail address' });
const Password = z.string().min(1).max(128);
const Code = z
  .string()
  .trim()
  .min(6)
  .max(40)
  .meta({ description: 'six digits of the authenticator app, or a recovery code' });

/** Who is signed in, as the console shows it. */
const Session = z.object({
  login: z.string(),
  name: z.string(),
  language: z.enum(['id', 'en']),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  channelId: z.string().nullable().meta({ description: 'whose staff this is; null: the house' }),
  csrfToken: z.string(),
  freshUntil: Instant,
  idleSeconds: z.int(),
  endsAt: Instant,
});

export const SignIn = contract({
  method: 'POST',
  path: 'session',
  right: 'anyone',
  tells: { id: 'Masuk', en: 'Sign in' },
  body: z.strictObject({ login: Login, password: Password, code: Code }),
  answer: Session,
});

export const ReadSession = contract({
  method: 'GET',
  path: 'session',
  right: 'signed-in',
  tells: { id: 'Siapa yang masuk', en: 'Who is signed in' },
  answer: Session,
});

export const SignOut = contract({
  method: 'DELETE',
  path: 'session',
  right: 'signed-in',
  tells: { id: 'Keluar', en: 'Sign out' },
  answer: Done,
});

export const ConfirmIdentity = contract({
  method: 'POST',
  path: 'session/confirmation',
  right: 'signed-in',
  tells: { id: 'Buktikan kembali siapa Anda', en: 'Prove once more who you are' },
  body: z.strictObject({ password: Password.optional(), code: Code.optional() }),
  answer: Session,
});

export const ListOwnSessions = contract({
  method: 'GET',
  path: 'sessions',
  right: 'signed-in',
  tells: { id: 'Sesi saya', en: 'My sessions' },
  answer: z.object({
    sessions: z.array(
      z.object({
        sessionId: z.string(),
        startedAt: Instant,
        seenAt: Instant,
        source: z.string(),
        agent: z.string(),
        isThis: z.boolean(),
      }),
    ),
  }),
});

export const EndOwnSession = contract({
  method: 'DELETE',
  path: 'sessions/:sessionId',
  right: 'signed-in',
  tells: { id: 'Akhiri satu sesi saya', en: 'End one of my sessions' },
  params: z.strictObject({ sessionId: z.string().max(60) }),
  answer: Done,
});

export const ChangePassword = contract({
  method: 'POST',
  path: 'session/password',
  right: 'signed-in',
  tells: { id: 'Ganti kata sandi', en: 'Change the password' },
  body: z.strictObject({ current: Password, next: Password }),
  answer: Done,
});

const Seed = z.object({
  seed: z.string(),
  address: z.string().meta({ description: 'the same as otpauth://, for a QR code' }),
  until: Instant,
});

export const ChangeFactor = contract({
  method: 'POST',
  path: 'session/factor',
  right: 'signed-in',
  fresh: true,
  tells: {
    id: 'Ganti faktor kedua: tampilkan kunci baru',
    en: 'Change the second factor: show its new seed',
  },
  answer: Seed,
});

const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });

export const ConfirmFactor = contract({
  method: 'POST',
  path: 'session/factor/confirmation',
  right: 'signed-in',
  fresh: true,
  tells: {
    id: 'Ganti faktor kedua: kode pertama dari kunci baru',
    en: 'Change the second factor: a first code of the new seed',
  },
  body: z.strictObject({ code: Code }),
  answer: RecoveryCodes,
});

export const RenewRecoveryCodes = contract({
  method: 'POST',
  path: 'session/recovery-codes',
  right: 'signed-in',
  fresh: true,
  tells: { id: 'Kode pemulihan baru', en: 'New recovery codes' },
  answer: RecoveryCodes,
});

const OneTimeSecret = z.string().trim().min(20).max(100).meta({ description: 'as it was handed over' });

export const BeginEnrolment = contract({
  method: 'POST',
  path: 'enrolment',
  right: 'anyone',
  tells: { id: 'Daftar: tampilkan kunci faktor kedua', en: 'Enrol: show the seed of the second factor' },
  body: z.strictObject({ login: Login, secret: OneTimeSecret }),
  answer: Seed.extend({ needsNewPassword: z.boolean() }),
});

export const CompleteEnrolment = contract({
  method: 'POST',
  path: 'enrolment/confirmation',
  right: 'anyone',
  tells: { id: 'Daftar: kata sandi dan kode pertama', en: 'Enrol: password and a first code' },
  body: z.strictObject({ login: Login, secret: OneTimeSecret, password: Password, code: Code }),
  answer: RecoveryCodes,
});
