import type { Clock } from '#lib/kernel';
import type { SnapService } from '../services';
import { signAsymmetric, signSymmetric, stringToSign } from '../signature';
import { snapTimestamp } from '../timestamp';
import { AccessTokens } from './access-tokens';
import { heardIn, outcomeOf, type SnapHeard, type SnapOutcome } from './answer';
import { newExternalId } from './external-id';
import { SnapLink } from './link';
import type { SnapPartner } from './partner';

/** What one call has otherwise. */
export interface CallOptions {
  /** Its X-EXTERNAL-ID, where a repeat of the call on the same day must be known as one; else a fresh one. */
  externalId?: string | undefined;
  /** Called directly before the first byte of the business is written, if it ever is. */
  onSending?: (() => void) | undefined;
}

/** Speaks SNAP to one partner. It decides nothing about money and repeats nothing that may have arrived. */
export class SnapClient {
  private readonly link: SnapLink;
  private readonly tokens: AccessTokens;

  constructor(
    private readonly partner: SnapPartner,
    private readonly clock: Clock,
  ) {
    this.link = new SnapLink(partner);
    this.tokens = new AccessTokens(partner, this.link, clock);
  }

  /** Calls a service once, and reads the answer as the standard means it; see `ask`. */
  async call(service: SnapService, body: object, deadline: Date): Promise<SnapOutcome> {
    return outcomeOf(service, await this.ask(service, body, deadline));
  }

  /**
   * Calls a service once. A token that is not taken any more is fetched anew and the call repeated, since that refusal
   * says that nothing was done.
   * @param deadline one total limit: waiting for a connection and the token counts.
   */
  async ask(service: SnapService, body: object, deadline: Date, how: CallOptions = {}): Promise<SnapHeard> {
    // Written once: these bytes are signed, and these are sent.
    const raw = Buffer.from(JSON.stringify(body));
    if (this.partner.signing.scheme === 'asymmetric') return this.send(service, raw, '', deadline, how);
    for (let attempt = 1; ; attempt += 1) {
      const token = await this.tokens.current(this.leftUntil(deadline));
      if (!token.ok) return { kind: 'not sent', reason: `no token: ${token.error}` };
      const heard = await this.send(service, raw, token.value, deadline, how);
      const isStale =
        heard.kind === 'heard' && heard.code.http === '401' && ['01', '03'].includes(heard.code.caseCode);
      if (!isStale || attempt > 1) return heard;
      this.tokens.forget(token.value);
    }
  }

  /** Breaks off what is still under way; its outcome is then `unknown`. */
  async close(): Promise<void> {
    await this.link.close();
  }

  private async send(
    service: SnapService,
    body: Buffer,
    accessToken: string,
    deadline: Date,
    { externalId, onSending }: CallOptions,
  ): Promise<SnapHeard> {
    const { signing, clientSecret, privateKey, partnerId, channelId, externalIdLength } = this.partner;
    const { method, target } = this.link.endpoint(service);
    const timestamp = snapTimestamp(this.clock.now());
    const text = stringToSign({ method, target, accessToken, body, timestamp }, signing);
    const [encoding] = signing.encodings;
    const signature =
      signing.scheme === 'symmetric'
        ? signSymmetric(text, clientSecret, encoding)
        : signAsymmetric(text, privateKey, encoding);
    const headers = {
      ...(accessToken === '' ? {} : { Authorization: `Bearer ${accessToken}` }),
      'X-TIMESTAMP': timestamp,
      'X-SIGNATURE': signature,
      'X-PARTNER-ID': partnerId,
      // A repeat of the same value is refused, whatever became of the first.
      'X-EXTERNAL-ID': externalId ?? newExternalId(externalIdLength),
      'CHANNEL-ID': channelId,
    };
    const leftMs = this.leftUntil(deadline);
    return heardIn(await this.link.send({ method, target }, headers, body, leftMs, onSending));
  }

  private leftUntil(deadline: Date): number {
    return deadline.getTime() - this.clock.now().getTime();
  }
}
