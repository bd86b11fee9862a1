import { Module, type DynamicModule } from '@nestjs/common';
import { Clock } from '#lib/kernel';
import type { SecretBox } from '#lib/platform';
import type { DoorParts } from '../door';
import type { HttpDoor } from '../http/open-http';
import type { ShownNumber } from '../profiles';
import { TokenSeal } from './access-token';
import { Accounts } from './accounts';
import { SnapAdmission } from './admission';
import { SnapDialect } from './dialect';
import { ExternalIds } from './external-ids';
import { InquiryDesk } from './inquiry.desk';
import { SnapOffers } from './offers';
import { SnapPartners } from './partners';
import { PaymentDesk } from './payment.desk';
import type { SnapProfile } from './profile';
import { SnapRoutes } from './routes';
import { snapController } from './snap.controller';
import { SnapDesk } from './snap.desk';
import { StatusDesk } from './status.desk';
import { TokenDesk } from './token.desk';

/** SNAP as a module. The bodies must reach it as the raw bytes (`prepareHttpServer`). */
@Module({})
export class SnapModule {
  static with(parts: DoorParts, routes: SnapRoutes, desk: SnapDesk): DynamicModule {
    return {
      module: SnapModule,
      controllers: [snapController(routes.allRoots())],
      providers: [
        { provide: SnapRoutes, useValue: routes },
        { provide: SnapDesk, useValue: desk },
        { provide: Clock, useValue: parts.clock },
      ],
    };
  }
}

/**
 * The door for partners that speak SNAP; none where no profile does.
 * @param box seals access tokens, so that every switch can open them.
 * @throws ConfigError where a channel that speaks SNAP lacks what it signs with, or an account number would show what may
 * not be shown.
 */
export function snapDoors(parts: DoorParts, box: SecretBox): HttpDoor[] {
  const profiles = parts.profiles.all('snap');
  if (profiles.size === 0) return [];
  parts.profiles.requireHidden('snap', parts.catalog.products(), numbersInAccounts);
  const partners = new SnapPartners(parts.catalog, parts.profiles, parts.logger);
  partners.requireSound();
  const routes = new SnapRoutes(profiles.values());
  const desk = deskOf(parts, partners, new TokenSeal(box));
  return [
    {
      dialect: new SnapDialect(routes, parts.clock),
      module: SnapModule.with(parts, routes, desk),
      claim: ({ 'x-partner-id': name }) =>
        typeof name === 'string' ? partners.byPartnerId(name)?.channel.channel.channelId : undefined,
      profiles,
    },
  ];
}

/** An account number stands on slips, in logs and in every answer. */
function numbersInAccounts({ accounts }: SnapProfile): ShownNumber[] {
  return accounts.rules.flatMap(({ product, customerIn }, index) =>
    customerIn === undefined
      ? {
          product,
          at: ['accounts', 'rules', index, 'product'],
          how: 'here they are part of the account number: let customerIn name a member of additionalInfo that says them',
        }
      : [],
  );
}

/** What the desk needs of the parts of a door. */
type DeskParts = Pick<
  DoorParts,
  | 'catalog'
  | 'clock'
  | 'logger'
  | 'numbers'
  | 'payments'
  | 'rates'
  | 'statements'
  | 'inquiryFlow'
  | 'paymentFlow'
>;

/** The desk behind the door, for whoever needs no HTTP around it. */
export function deskOf(parts: DeskParts, partners: SnapPartners, seal: TokenSeal): SnapDesk {
  const { catalog, clock, logger, numbers, payments, rates, statements } = parts;
  const admission = new SnapAdmission(partners, seal, rates, clock, logger);
  const offers = new SnapOffers(statements);
  const accounts = new Accounts(catalog, numbers);
  const inquiries = new InquiryDesk(catalog, parts.inquiryFlow, offers, accounts);
  return new SnapDesk(
    admission,
    new ExternalIds(statements),
    new TokenDesk(admission, seal, clock),
    inquiries,
    new PaymentDesk(catalog, clock, payments, parts.paymentFlow, inquiries, offers, accounts),
    new StatusDesk(catalog, payments, accounts),
    payments,
    numbers,
    clock,
    logger,
  );
}
