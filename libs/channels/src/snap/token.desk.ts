import type { Clock } from '#lib/kernel';
import { readMessage, readSnapObject, TOKEN_FIELDS, type JsonObject } from '#lib/snap';
import type { WireAnswer } from '../http/dialect';
import type { TokenSeal } from './access-token';
import type { SnapAdmission } from './admission';
import { writeAnswer } from './answer';
import { header, type SnapCall } from './call';
import type { SnapProfile } from './profile';
import { faultOf, snapRefusal, type SnapRefusal } from './refused';

const DEPTH_MAX = 8;

/** Service 73: a token for who proves to hold the partner's private key. */
export class TokenDesk {
  constructor(
    private readonly admission: SnapAdmission,
    private readonly seal: TokenSeal,
    private readonly clock: Clock,
  ) {}

  /** Answers a call for a token. Earlier tokens stay good until they expire. */
  answer(call: SnapCall): WireAnswer {
    const admitted = this.admission.ofTokenCall(call);
    if (!admitted.ok) return this.refused(admitted.error);
    const { channel, profile } = admitted.value;
    const objection = objectionTo(call.body, profile.token);
    if (objection) return this.refused(objection);
    const now = this.clock.now();
    const { lifeSeconds } = profile.token;
    const expiresAt = new Date(now.getTime() + lifeSeconds * 1_000);
    return writeAnswer(
      'token',
      {
        snapCase: '20000',
        members: {
          accessToken: this.seal.issue(channel.channel.channelId, expiresAt),
          tokenType: 'Bearer',
          expiresIn: String(lifeSeconds),
        },
      },
      now,
      { 'x-client-key': header(call, 'x-client-key') },
    );
  }

  private refused({ snapCase, blame }: SnapRefusal): WireAnswer {
    const answer = { snapCase, members: {}, ...(blame === undefined ? {} : { blame }) };
    return writeAnswer('token', answer, this.clock.now());
  }
}

function objectionTo(raw: Buffer, rules: SnapProfile['token']): SnapRefusal | undefined {
  const body = readSnapObject(raw, DEPTH_MAX);
  if (!body.ok) return snapRefusal('40000', undefined, body.error);
  const message = readMessage(TOKEN_FIELDS, withGrantType(body.value, rules));
  if (!message.ok) return faultOf(message.error);
  return message.value.grantType === 'client_credentials'
    ? undefined
    : snapRefusal('40000', undefined, 'another grantType');
}

/**
 * Before version 1.0.2 of the standard the member was written in lower case, and widespread clients write it as OAuth 2
 * does: midtrans-client 1.4.3 sends `grant_type`.
 */
function withGrantType(body: JsonObject, { underscoredGrantType }: SnapProfile['token']): JsonObject {
  const spellings = ['grantType', 'granttype', ...(underscoredGrantType ? ['grant_type'] : [])];
  const spelling = spellings.find((name) => Object.hasOwn(body, name));
  return spelling === undefined ? body : { ...body, grantType: body[spelling] ?? null };
}
