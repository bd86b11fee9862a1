import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';

import type { Clock } from '#lib/kernel';

import { Bank } from './bank/bank';
import { BankController } from './bank/bank.controller';
import { HostedAccounts } from './bank/hosted-accounts';
import { SettlementAccount } from './bank/settlement-account';
import { StatementController } from './bank/statement.controller';
import { BehaviourController } from './billers/behaviour.controller';
import { Behaviour } from './billers/behaviour';
import { Floats } from './billers/floats';
import { FundingController } from './billers/funding.controller';
import { HealthController } from './health.controller';
import { SettlementController } from './settlement/settlement.controller';
import { Drop } from './settlement/drop';
import { SettlementDesk } from './settlement/settlement-desk';
import { Lines } from './iso/lines';
import type { Settings } from './settings';
import { PaymentBook } from './truth/payment-book';
import { TruthController } from './truth/truth.controller';
import { Delivery } from './wire/delivery';

/** What the doors of the billers and the controllers have in common. */
export type Shared = {
  readonly book: PaymentBook;
  readonly floats: Floats;
  readonly behaviour: Behaviour;
  readonly delivery: Delivery;
  readonly lines: Lines;
};

/** Wires what looks at the billers from outside: their truth, their files, and what they are ordered to do. */
@Module({})
export class SimulatorModule implements OnApplicationShutdown {
  constructor(@Inject(Drop) private readonly drop: Drop) {}

  /** The module for these settings; the clock is given, so that tests can hold it. */
  static of(settings: Settings, clock: Clock, shared: Shared): DynamicModule {
    const { book, floats, behaviour, delivery, lines } = shared;
    const drop = new Drop(settings.dropFolder, settings.growth);
    return {
      module: SimulatorModule,
      controllers: [
        HealthController,
        TruthController,
        SettlementController,
        StatementController,
        BehaviourController,
        FundingController,
        ...(settings.bank ? [BankController] : []),
      ],
      providers: [
        { provide: Delivery, useValue: delivery },
        { provide: Lines, useValue: lines },
        { provide: Behaviour, useValue: behaviour },
        { provide: Floats, useValue: floats },
        { provide: PaymentBook, useValue: book },
        { provide: Drop, useValue: drop },
        {
          provide: SettlementAccount,
          useValue: new SettlementAccount(settings.stateFolder, clock, settings.bankOpening),
        },
        ...(settings.bank
          ? [
              {
                provide: Bank,
                useValue: new Bank(settings.bank, new HostedAccounts(settings.stateFolder), clock),
              },
            ]
          : []),
        { provide: SettlementDesk, useValue: new SettlementDesk(book, clock, drop, settings.stateFolder) },
      ],
    };
  }

  onApplicationShutdown(): void {
    this.drop.close();
  }
}
