import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';

import { Clock } from '#lib/kernel';

import { Bank } from './bank/bank';
import { BankController } from './bank/bank.controller';
import { HostedAccounts } from './bank/hosted-accounts';
import { BillerDesk } from './billers/desk';
import { HealthController } from './health.controller';
import { PlnController } from './pln/pln.controller';
import { SettlementController } from './settlement/settlement.controller';
import { Drop } from './settlement/drop';
import { SettlementDesk } from './settlement/settlement-desk';
import { BillerSecrets, type Settings } from './settings';
import { TirtaJayaController } from './tirta-jaya/tirta-jaya.controller';
import { PaymentBook } from './truth/payment-book';
import { TruthController } from './truth/truth.controller';
import { Delivery } from './wire/delivery';

/** Wires the billers, their memory and their settlement files. */
@Module({})
export class SimulatorModule implements OnApplicationShutdown {
  constructor(@Inject(Drop) private readonly drop: Drop) {}

  /** The module for these settings; the clock is given, so that tests can hold it. */
  static of(settings: Settings, clock: Clock): DynamicModule {
    const book = new PaymentBook(settings.stateFolder);
    const drop = new Drop(settings.dropFolder, settings.growth);
    return {
      module: SimulatorModule,
      controllers: [
        HealthController,
        TruthController,
        SettlementController,
        TirtaJayaController,
        PlnController,
        ...(settings.bank ? [BankController] : []),
      ],
      providers: [
        Delivery,
        { provide: PaymentBook, useValue: book },
        { provide: Drop, useValue: drop },
        { provide: BillerSecrets, useValue: new BillerSecrets(settings.secrets) },
        { provide: BillerDesk, useValue: new BillerDesk(book, clock) },
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
