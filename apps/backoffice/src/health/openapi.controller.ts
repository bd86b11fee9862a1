import { Controller, Inject } from '@nestjs/common';
import { z } from 'zod';
import { contract, type Contract } from '../http/contract';
import { Endpoint } from '../http/endpoint';
import { openApiOf } from '../http/openapi';
import { CONTRACTS } from '../http/tokens';

const OpenApiDocument = contract({
  method: 'GET',
  path: 'openapi.json',
  right: 'signed-in',
  tells: { id: 'Daftar semua panggilan, sebagai OpenAPI 3.1', en: 'Every call there is, as OpenAPI 3.1' },
  answer: z.record(z.string(), z.unknown()),
});

/** What every endpoint takes and gives, for programmers of the house. */
@Controller()
export class OpenApiController {
  constructor(@Inject(CONTRACTS) private readonly contracts: readonly Contract[]) {}

  @Endpoint(OpenApiDocument)
  document(): Record<string, unknown> {
    return { ...openApiOf(this.contracts) };
  }
}
