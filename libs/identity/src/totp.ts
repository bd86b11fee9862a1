/** RFC 6238 as every authenticator app knows it: SHA-1, six digits, 30 seconds. */
const PERIOD_S = 30;
const SEED_BYTES = 20;
const ISSUER = 'Simpul';
/** Of nobody: its codes are worked out where there is no user, and let nobody in. */
const NOBODYS_SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** Loaded by who signs somebody in only: the other processes need nothing of it. */
const otplib = () => import('otplib');

/** A new seed: 160 random bits in Base32. */
export async function newSeed(): Promise<string> {
  return (await otplib()).generateSecret({ length: SEED_BYTES });
}

/** A seed as an authenticator app reads it from a QR code. */
export async function seedAddress(seed: string, login: string): Promise<string> {
  return (await otplib()).generateURI({ issuer: ISSUER, label: login, secret: seed });
}

/** The code of a moment. */
export async function codeAt(seed: string, at: Date): Promise<string> {
  return (await otplib()).generate({ secret: seed, epoch: secondsOf(at), period: PERIOD_S });
}

/**
 * The time step whose code this is: the one of now, the one before or the one after; undefined for any other code.
 * Who takes it must see to it that no step is used twice. @param seed undefined: takes as long, and is never it.
 */
export async function stepOf(seed: string | undefined, code: string, now: Date): Promise<number | undefined> {
  const { verify } = await otplib();
  const isCode = /^\d{6}$/.test(code);
  const found = await verify({
    secret: seed ?? NOBODYS_SEED,
    token: isCode ? code : '000000',
    epoch: secondsOf(now),
    period: PERIOD_S,
    epochTolerance: PERIOD_S,
  });
  if (!found.valid || !isCode || seed === undefined) return undefined;
  return Math.floor(secondsOf(now) / PERIOD_S) + found.delta;
}

function secondsOf(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
