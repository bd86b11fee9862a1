import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { contract, type Answer } from '../http/contract';
import { Endpoint } from '../http/endpoint';

const Health = contract({
  method: 'GET',
  path: 'health',
  right: 'anyone',
  tells: { id: 'Untuk pengawas proses', en: 'For whoever watches the process' },
  answer: z.object({ status: z.literal('ok') }),
});

/** For whoever watches the process. */
@Controller()
export class HealthController {
  @Endpoint(Health)
  health(): Answer<typeof Health> {
    return { status: 'ok' };
  }
}
