import type { FastifyReply, FastifyRequest } from 'fastify';

/** A browser keeps what it is remembered by for half a year. */
const DEVICE_S = 180 * 86_400;

/**
 * The two cookies of the console. Over TLS their names bind them to this host alone (`__Host-`); the loopback demo speaks
 * plain HTTP, where a browser would not take such a name.
 */
export class Cookies {
  private readonly prefix: string;

  constructor(private readonly isTls: boolean) {
    this.prefix = isTls ? '__Host-' : '';
  }

  sessionOf(request: FastifyRequest): string | undefined {
    return request.cookies[`${this.prefix}simpul`];
  }

  deviceOf(request: FastifyRequest): string | undefined {
    return request.cookies[`${this.prefix}simpul-device`];
  }

  keepSession(reply: FastifyReply, token: string): void {
    this.keep(reply, 'simpul', token);
  }

  keepDevice(reply: FastifyReply, token: string): void {
    this.keep(reply, 'simpul-device', token, DEVICE_S);
  }

  dropSession(reply: FastifyReply): void {
    void reply.clearCookie(`${this.prefix}simpul`, { path: '/', secure: this.isTls });
  }

  private keep(reply: FastifyReply, name: string, value: string, maxAge?: number): void {
    void reply.setCookie(`${this.prefix}${name}`, value, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: this.isTls,
      ...(maxAge === undefined ? {} : { maxAge }),
    });
  }
}
