import type { IncomingMessage, ServerResponse } from 'node:http';

/** No message of any dialect comes near this size. */
export const BODY_SIZE_MAX_BYTES = 64 * 1024;

const JSON_TYPE = 'application/json; charset=utf-8';

/** An answer as it goes out: status 200 and JSON where nothing else is said. */
export type HttpAnswer = { readonly status?: number; readonly type?: string; readonly body: string | Buffer };

/** Reads the body of a call to its end; undefined as soon as it is more than {@link BODY_SIZE_MAX_BYTES}. */
export function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_SIZE_MAX_BYTES) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
  });
}

/** Answers a call; one that was not read to its end is the last of its connection. */
export function respond(
  response: ServerResponse,
  { status = 200, type = JSON_TYPE, body }: HttpAnswer,
  isLast = false,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...(isLast && { connection: 'close' }),
  });
  response.end(body);
}
