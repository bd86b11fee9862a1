import { Module, type DynamicModule } from '@nestjs/common';
import { Clock } from '#lib/kernel';
import { Catalog } from '#lib/catalog';
import {
  DirectPaymentFlow,
  InquiryFlow,
  PaymentFlow,
  Payments,
  ReceiptFlow,
  ReversalFlow,
  Reversals,
} from '#lib/switching';
import { AgreedRates } from '../agreed-rates';
import type { DoorParts } from '../door';
import type { HttpDoor } from '../http/open-http';
import { ChannelProfiles } from '../profiles';
import { H2hDoor } from './door';
import { H2hController } from './h2h.controller';
import type { H2hLimits } from './limits';
import { h2hDialect } from './problem';
import { SerialStamping } from './stamping';
import { H2H_LIMITS, LOGGER, STATEMENTS } from './tokens';

/** The H2H JSON API as a module. The bodies must reach it as the raw bytes (`prepareHttpServer`). */
@Module({})
export class H2hModule {
  static with(parts: DoorParts, limits: H2hLimits): DynamicModule {
    return {
      module: H2hModule,
      controllers: [H2hController],
      providers: [
        H2hDoor,
        { provide: Catalog, useValue: parts.catalog },
        { provide: ChannelProfiles, useValue: parts.profiles },
        { provide: AgreedRates, useValue: parts.rates },
        { provide: Clock, useValue: parts.clock },
        { provide: Payments, useValue: parts.payments },
        { provide: Reversals, useValue: parts.reversals },
        { provide: InquiryFlow, useValue: parts.inquiryFlow },
        { provide: PaymentFlow, useValue: parts.paymentFlow },
        { provide: DirectPaymentFlow, useValue: parts.directPaymentFlow },
        { provide: ReceiptFlow, useValue: parts.receiptFlow },
        { provide: ReversalFlow, useValue: parts.reversalFlow },
        { provide: SerialStamping, useValue: parts.stamping },
        { provide: H2H_LIMITS, useValue: limits },
        { provide: LOGGER, useValue: parts.logger },
        { provide: STATEMENTS, useValue: parts.statements },
      ],
    };
  }
}

/** The door for partners that speak the H2H JSON API. */
export function h2hDoor(parts: DoorParts, limits: H2hLimits): HttpDoor {
  return {
    dialect: h2hDialect(limits.jsonDepthMax),
    module: H2hModule.with(parts, limits),
    claim: ({ 'x-channel-id': name }) =>
      typeof name === 'string' && parts.catalog.channel(name) ? name : undefined,
    profiles: parts.profiles.all('h2h'),
  };
}
