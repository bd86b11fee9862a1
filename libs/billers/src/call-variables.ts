import type { BillerInquiry, BillerLeg } from '#lib/switching';

/** What a call's templates may name; further inputs as `extra.<name>`, what the biller wants to see again as `echo.<name>`. */
type CallVariables = Record<string, string | number | bigint | undefined> & { customerNumber: string };

/** The variables of an inquiry. */
export function variablesOfQuestion({ extra, ...question }: BillerInquiry): CallVariables {
  const variables: CallVariables = { ...question };
  addNamed(variables, 'extra', extra);
  return variables;
}

/** The variables of a payment, and of whatever is asked or ordered about it. */
export function variablesOfLeg(leg: BillerLeg): CallVariables {
  const variables: CallVariables = {
    reference: leg.reference,
    product: leg.product,
    customerNumber: leg.customerNumber,
    amount: leg.amount,
    billCount: leg.billCount,
    settlementDate: leg.settlementDate,
    months: leg.months,
    year: leg.year,
  };
  addNamed(variables, 'echo', leg.echo);
  addNamed(variables, 'extra', leg.extra);
  return variables;
}

function addNamed(
  variables: CallVariables,
  prefix: string,
  values: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries(values)) variables[`${prefix}.${name}`] = value;
}
