import type { KeyObject } from 'node:crypto';
import type { SigningRules } from '../signature';
import type { SnapService } from '../services';

/** A party whose SNAP services we call: where it is, who we are there, and how it departs from the standard. */
export interface SnapPartner {
  /** Scheme, host and port, for example `https://api.bank.example`. */
  origin: string;
  /** Everything before the version, for example `/openapi`. */
  prefix: string;
  /** `v1.0`, unless a service has another. */
  version: string;
  versions?: Partial<Record<SnapService, string>>;
  /** Where the partner's method is not the standard's. */
  methods?: Partial<Record<SnapService, string>>;
  /** X-CLIENT-KEY of the token call. */
  clientKey: string;
  /** Our RSA key: signs token calls, and every call of the asymmetric scheme. */
  privateKey: KeyObject;
  /** Signs the calls of the symmetric scheme. */
  clientSecret: KeyObject;
  /** X-PARTNER-ID */
  partnerId: string;
  /** CHANNEL-ID */
  channelId: string;
  signing: SigningRules;
  /** Digits of an X-EXTERNAL-ID. */
  externalIdLength: number;
  /** A token is not used any more so long before it expires. */
  refreshBeforeMs: number;
  connectionsMax: number;
  answerMaxBytes: number;
}
