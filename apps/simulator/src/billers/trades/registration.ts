import { monthOf, personOf, pick, rupiahFrom, singleBill, daysAfter, digitsFrom, type Trade } from './trade';
import { drawBelow, drawOne } from '../draw';

const TRANSACTIONS = [
  { code: '101', name: 'PENYAMBUNGAN BARU' },
  { code: '102', name: 'PERUBAHAN DAYA' },
  { code: '105', name: 'SAMBUNGAN SEMENTARA' },
] as const;

/** One charge of a registration, in rupiah. */
export type Charge = { readonly code: string; readonly name: string; readonly amount: bigint };

/** The charges of a registration, which make up its bill. */
export function chargesOf(seed: string): readonly Charge[] {
  return [
    {
      code: '11',
      name: 'BIAYA PENYAMBUNGAN',
      amount: rupiahFrom(`${seed}|connection`, 150_000, 900_000, 1_000),
    },
    { code: '12', name: 'JAMINAN LANGGANAN', amount: rupiahFrom(`${seed}|deposit`, 25_000, 120_000, 1_000) },
  ];
}

/** What the electricity company charges besides energy, by a registration number. */
export const REGISTRATION: Trade = {
  draw: (about) => {
    const { seed, now, customerNumber } = about;
    const transaction = drawOne(`${seed}|transaction`, TRANSACTIONS);
    const { dueDate } = monthOf(now, 0);
    const registered = `${dueDate.slice(0, 8)}${String(1 + drawBelow(`${seed}|day`, 9)).padStart(2, '0')}`;
    return {
      person: personOf(seed),
      details: {
        registrationNumber: customerNumber,
        registrationDate: registered,
        expiryDate: daysAfter(new Date(`${registered}T12:00:00+07:00`), 30),
        transactionCode: transaction.code,
        transaction: transaction.name,
        idpel: `${customerNumber.slice(0, 5)}${digitsFrom(`${seed}|idpel`, 7)}`,
        serviceUnit: customerNumber.slice(0, 5),
      },
      bills: [
        singleBill(
          about,
          chargesOf(seed).reduce((sum, { amount }) => sum + amount, 0n),
          0n,
          { meterFrom: '00000000', meterTo: '00000000', usage: '0' },
        ),
      ],
    };
  },
  receipt: ({ drawn }) => pick(drawn.details, 'registrationDate', 'transaction', 'idpel'),
};
