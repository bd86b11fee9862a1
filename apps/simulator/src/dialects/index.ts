import type { DialectName } from '../billers/biller';
import type { HttpDialect } from '../http/route';
import { bpjs } from './bpjs';
import { cards } from './card';
import { commands } from './commands';
import { gas } from './gas';
import { jwt } from './jwt';
import { meterai } from './meterai';
import { peduli } from './peduli';
import { pln } from './pln';
import { snap } from './snap';
import { soap } from './soap';
import { telkom } from './telkom';
import { tirta } from './tirta';
import { wallet } from './wallet';
import { xmlRpc } from './xml-rpc';

/** The dialects that are spoken over HTTP; the others have lines of their own. */
export const HTTP_DIALECTS: Partial<Record<DialectName, HttpDialect>> = {
  pln,
  tirta,
  telkom,
  bpjs,
  commands,
  wallet,
  jwt,
  gas,
  card: cards,
  meterai,
  peduli,
  soap,
  'xml-rpc': xmlRpc,
  snap,
};
