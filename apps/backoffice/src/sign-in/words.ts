import type { OwnAccessRefusal, EnrolmentRefusal, PasswordRefusal, SignInRefusal } from '#lib/identity';
import { Problem, type Words } from '../http/problem';

type AnyRefusal = SignInRefusal | EnrolmentRefusal | OwnAccessRefusal;

/** A refusal of identity, as the console tells it. */
export function problemOf(refusal: AnyRefusal, now: Date): Problem {
  switch (refusal.kind) {
    case 'refused':
    case 'wrong password':
      return new Problem('SIGN_IN_REFUSED');
    case 'limited': {
      const retryAfterSeconds = Math.max(1, Math.ceil((refusal.until.getTime() - now.getTime()) / 1_000));
      return new Problem('TOO_MANY', waitFor(retryAfterSeconds), { retryAfterSeconds });
    }
    case 'session over':
      return new Problem('NOT_SIGNED_IN');
    case 'not fresh':
      return new Problem('FRESH_AUTHENTICATION_NEEDED');
    case 'password':
      return new Problem('REFUSED', aboutPassword(refusal.why), { field: 'password' });
    case 'code':
      return new Problem('REFUSED', CODE, { field: 'code' });
  }
}

const CODE: Words = {
  id: 'Kode tidak cocok dengan kunci yang baru ditampilkan. Periksa jam perangkat Anda.',
  en: 'The code is not of the seed that was shown last. Check the clock of your device.',
};

function waitFor(seconds: number): Words {
  return {
    id: `Terlalu banyak percobaan. Coba lagi dalam ${seconds} detik.`,
    en: `Too many attempts. Try again in ${seconds} seconds.`,
  };
}

function aboutPassword(why: PasswordRefusal): Words {
  switch (why.kind) {
    case 'too short':
      return {
        id: `Kata sandi harus paling sedikit ${why.min} huruf; 15 lebih baik.`,
        en: `A password has at least ${why.min} characters; 15 are better.`,
      };
    case 'too long':
      return {
        id: `Kata sandi paling banyak ${why.max} huruf.`,
        en: `A password has at most ${why.max} characters.`,
      };
    case 'common':
      return {
        id: 'Kata sandi ini terlalu mudah ditebak. Pakai beberapa kata yang tidak berhubungan.',
        en: 'This password is guessed first. Take some words that have nothing to do with one another.',
      };
    case 'context':
      return {
        id: 'Kata sandi tidak boleh memuat nama Anda, alamat Anda, atau nama kami.',
        en: 'A password must not contain your name, your address or our name.',
      };
    case 'same as before':
      return {
        id: 'Kata sandi baru sama dengan yang lama.',
        en: 'The new password is the one before.',
      };
  }
}
