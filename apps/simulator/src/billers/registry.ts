import { NotFoundException } from '@nestjs/common';

import { type Biller, BILLERS } from './biller';

/** The biller of this name, as a caller's address names it. */
export function billerNamed(id: string, dialect: Biller['dialect']): Biller {
  const biller = BILLERS.find((one) => one.id === id && one.dialect === dialect);
  if (biller) return biller;
  const known = BILLERS.filter((one) => one.dialect === dialect).map((one) => one.id);
  throw new NotFoundException(`No biller "${id}" answers here; there is ${known.join(', ')}.`);
}
