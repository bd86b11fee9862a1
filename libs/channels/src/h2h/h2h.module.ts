import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Clock } from '#lib/kernel';
import { Catalog } from '#lib/catalog';
import type { Logger, Statements } from '#lib/platform';
import { InquiryFlow, PaymentFlow, Payments, ReversalFlow, Reversals } from '#lib/switching';
import { H2hDoor } from './door';
import { H2hController } from './h2h.controller';
import type { H2hLimits } from './limits';
import { ProblemFilter } from './problem.filter';
import { H2H_LIMITS, LOGGER, STATEMENTS } from './tokens';

/** What the H2H door needs from the process that opens it. */
export interface H2hParts {
  catalog: Catalog;
  clock: Clock;
  limits: H2hLimits;
  logger: Logger;
  statements: Statements;
  payments: Payments;
  reversals: Reversals;
  inquiryFlow: InquiryFlow;
  paymentFlow: PaymentFlow;
  reversalFlow: ReversalFlow;
}

/** The H2H JSON API as a module. The bodies must reach it as the raw bytes (`prepareH2hServer`). */
@Module({})
export class H2hModule {
  static with(parts: H2hParts): DynamicModule {
    return {
      module: H2hModule,
      controllers: [H2hController],
      providers: [
        H2hDoor,
        { provide: Catalog, useValue: parts.catalog },
        { provide: Clock, useValue: parts.clock },
        { provide: Payments, useValue: parts.payments },
        { provide: Reversals, useValue: parts.reversals },
        { provide: InquiryFlow, useValue: parts.inquiryFlow },
        { provide: PaymentFlow, useValue: parts.paymentFlow },
        { provide: ReversalFlow, useValue: parts.reversalFlow },
        { provide: H2H_LIMITS, useValue: parts.limits },
        { provide: LOGGER, useValue: parts.logger },
        { provide: STATEMENTS, useValue: parts.statements },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
