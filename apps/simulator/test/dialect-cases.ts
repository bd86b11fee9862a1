import type { Simulator } from './a-simulator';
import * as clients from './dialect-clients';
import type { Client, Order, Told } from './dialect-clients';
import * as iso from './iso-clients';
import { snap } from './snap-client';
import * as xml from './xml-clients';

/** One product at one biller, and who asks for it. */
export type Case = {
  readonly name: string;
  readonly client: (world: Simulator) => Client;
  /** The number without its last four digits. */
  readonly number: string;
  /** What is paid where nothing is owed. */
  readonly chosen?: bigint;
  readonly hasManyBills?: boolean;
};

export const CASES: readonly Case[] = [
  {
    name: 'telkom-phone',
    client: (world) => clients.telkom(world, 'telkom-phone'),
    number: '021123',
    hasManyBills: true,
  },
  {
    name: 'bpjs-kesehatan',
    client: (world) => clients.bpjs(world, 'bpjs-kesehatan', 'bpjs-kesehatan'),
    number: '888880123456',
    hasManyBills: true,
  },
  {
    name: 'bpjs-denda',
    client: (world) => clients.bpjs(world, 'bpjs-kesehatan', 'bpjs-denda'),
    number: '88888012',
  },
  {
    name: 'bpjs-tk-bpu',
    client: (world) => clients.bpjs(world, 'bpjs-tk', 'bpjs-tk-bpu'),
    number: '317301010190',
    hasManyBills: true,
  },
  { name: 'bpjs-tk-pu', client: (world) => clients.bpjs(world, 'bpjs-tk', 'bpjs-tk-pu'), number: '21030001' },
  {
    name: 'pulsa-telkomsel',
    client: (world) => clients.commands(world, 'agrapulsa', 'pulsa-telkomsel', false),
    number: '08120001',
    chosen: 10_000n,
  },
  {
    name: 'data-xl',
    client: (world) => clients.commands(world, 'agrapulsa', 'data-xl', false),
    number: '08770001',
    chosen: 50_000n,
  },
  {
    name: 'game-voucher',
    client: (world) => clients.commands(world, 'voucherku', 'game-voucher', false),
    number: '08120001',
    chosen: 20_000n,
  },
  {
    name: 'game-direct',
    client: (world) => clients.commands(world, 'voucherku', 'game-direct', true),
    number: '12345678|',
    chosen: 20_000n,
  },
  {
    name: 'ewallet-dompet-nusa',
    client: (world) => clients.wallet(world, 'dompet-nusa', 'ewallet-dompet-nusa'),
    number: '08120001',
    chosen: 55_000n,
  },
  {
    name: 'ewallet-dompet-kita',
    client: (world) => clients.wallet(world, 'dompet-kita', 'ewallet-dompet-kita'),
    number: '08120001',
    chosen: 50_000n,
  },
  {
    name: 'paytv-kabel',
    client: (world) => clients.jwt(world, 'tv-satelit', 'paytv-kabel'),
    number: '123456',
    hasManyBills: true,
  },
  {
    name: 'internet-cepat',
    client: (world) => clients.jwt(world, 'internet-cepat', 'internet-cepat'),
    number: '123456',
    hasManyBills: true,
  },
  { name: 'pgn-gas', client: clients.gas, number: '001234', hasManyBills: true },
  { name: 'credit-card-nusa', client: clients.card, number: '542640000000' },
  { name: 'e-meterai', client: clients.meterai, number: '991234', chosen: 30_000n },
  {
    name: 'zakat-peduli',
    client: (world) => clients.peduli(world, 'zakat-peduli'),
    number: '08120001',
    chosen: 75_000n,
  },
  {
    name: 'multifinance-mitra',
    client: (world) => xml.soap(world, 'mitra-finance', 'multifinance-mitra'),
    number: '401234',
  },
  {
    name: 'multifinance-sentosa',
    client: (world) => xml.soap(world, 'sentosa-finance', 'multifinance-sentosa'),
    number: '401234',
    hasManyBills: true,
  },
  {
    name: 'pbb-kota-damai',
    client: (world) => xml.soap(world, 'pajak-daerah', 'pbb-kota-damai'),
    number: '32760109237599',
  },
  {
    name: 'pdam-kota-baru',
    client: (world) => xml.xmlRpc(world, 'cepat-bayar', 'pdam-kota-baru'),
    number: '123456',
  },
  {
    name: 'pdam-sumber-air',
    client: (world) => xml.xmlRpc(world, 'cepat-bayar', 'pdam-sumber-air'),
    number: '123456',
    hasManyBills: true,
  },
  {
    name: 'esamsat-nusa',
    client: (world) => xml.xmlRpc(world, 'samsat', 'esamsat-nusa', '3276010101900001'),
    number: '965854852356',
  },
  { name: 'insurance-sehat', client: (world) => snap(world, 'asuransi-sehat', '   77001'), number: '991234' },
  { name: 'insurance-jiwa', client: (world) => snap(world, 'asuransi-jiwa', '   77002'), number: '991234' },
  {
    name: 'tuition-kampus-nusa',
    client: (world) => snap(world, 'kampus-nusa', '   77003'),
    number: '210601',
  },
  {
    name: 'pln-postpaid by ISO',
    client: (world) => iso.plnSwitch(world, '99501'),
    number: '53110001',
    hasManyBills: true,
  },
  {
    name: 'pln-prepaid by ISO',
    client: (world) => iso.plnSwitch(world, '99502'),
    number: '1427001',
    chosen: 50_000n,
  },
  { name: 'pln-nontaglis by ISO', client: (world) => iso.plnSwitch(world, '99504'), number: '531110001' },
  {
    name: 'telkomsel-halo',
    client: (world) => iso.kawan(world, '070101'),
    number: '08120001',
    hasManyBills: true,
  },
  { name: 'pdam-kawan', client: (world) => iso.kawan(world, '060201'), number: '123456', hasManyBills: true },
];

/** The order that pays all that was shown, or the chosen amount; where nothing is shown, something at all. */
export async function orderOf(
  { number, chosen }: Case,
  client: Client,
  ending: string,
  reference = `LEG-${ending}`,
): Promise<Order> {
  const customer = number + ending;
  const isShown = !/^(0103|1105|0014|0088)$/.test(ending);
  const shown = client.inquire && isShown ? await client.inquire(customer) : undefined;
  const bills = shown?.bills ?? [];
  const due = bills.reduce((sum, bill) => sum + bill.amount + bill.penalty, 0n);
  return {
    number: customer,
    reference,
    offer: shown?.offer ?? 'none',
    count: Math.max(1, bills.length),
    amount: chosen ?? (due === 0n ? 50_000n : due),
  };
}

/** How a payment ended for who made it: the word of its code, or how it went astray. */
export async function ended(client: Client, ask: () => Promise<Told>): Promise<string> {
  try {
    return wordOf(client, (await ask()).code);
  } catch (error) {
    // Errors of fetch come from another realm than the test's, so their names count.
    const { name, message } = error as Error;
    return { TimeoutError: 'silence', SyntaxError: 'garbage', TypeError: 'reset' }[name] ?? message;
  }
}

/** What a dialect's own code means. */
export function wordOf({ codes }: Client, code: string): string {
  return Object.keys(codes).find((word) => codes[word] === code) ?? code;
}
