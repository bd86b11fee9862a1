import type { Rupiah } from '#lib/kernel';
import { isObject, plainOf, type JsonObject, type VirtualAccountIdentity } from '#lib/snap';
import type { MessageName } from './external-ids';
import type { SnapPeer } from './partners';

/** A message whose caller is known and whose form is right. */
export interface SnapMessage {
  peer: SnapPeer;
  identity: VirtualAccountIdentity;
  /** Its members that we act on, read by the tables of the profile. */
  members: Readonly<Record<string, unknown>>;
  /** As it came, for what is repeated. */
  body: JsonObject;
  name: MessageName;
  /** When it came. */
  at: Date;
  /** It has waited so long at the door that nothing may be formed of it any more. */
  isLate: boolean;
}

/** A member that was read as text. */
export function textOf({ members }: SnapMessage, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' ? value : undefined;
}

/** A member that was read as an amount. */
export function amountOf({ members }: SnapMessage, name: string): Rupiah | undefined {
  const value = members[name];
  return typeof value === 'bigint' ? (value as Rupiah) : undefined;
}

/** A member of `additionalInfo` as text; a number keeps the digits it came with. */
export function additionalOf({ body }: Pick<SnapMessage, 'body'>, name: string): string | undefined {
  const { additionalInfo } = body;
  if (!isObject(additionalInfo) || !Object.hasOwn(additionalInfo, name)) return undefined;
  const value = plainOf(additionalInfo[name] ?? null);
  return typeof value === 'string' ? value : undefined;
}
