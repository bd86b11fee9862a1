import { Controller, Get } from '@nestjs/common';

/** Says that the simulator serves. */
@Controller('health')
export class HealthController {
  @Get()
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
