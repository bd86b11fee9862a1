/**
 * Everything that somebody may be allowed to do. What has no permission here is allowed to nobody. `partner`: a partner's own
 * staff may have it too, and then sees what is that partner's.
 */
export const PERMISSIONS = {
  'payments.read': { means: 'find payments and see how they stand, customers masked', partner: true },
  'payments.read_unmasked': { means: 'see the customer of a payment in full' },
  'receipts.read': { means: 'see and hand out a receipt again', partner: true },
  'operations.read': { means: 'see what waits for people: open payments, stops, routes, doors' },
  'routes.switch': { means: 'switch a route on or off' },
  'stops.propose': { means: 'propose that a stopped scope takes payments again' },
  'stops.approve': { means: 'agree that a stopped scope takes payments again' },
  'catalog.read': { means: 'see billers, products, prices, fees, limits and partners' },
  'catalog.propose': { means: 'propose what is sold, at which price, within which limits' },
  'catalog.approve': { means: 'agree to what is sold, at which price, within which limits' },
  'keys.propose': { means: 'propose the keys and certificates of a partner' },
  'keys.approve': { means: 'agree to the keys and certificates of a partner' },
  'recon.read': { means: 'see days, runs and what they wait for' },
  'recon.run': { means: 'reconcile a day now, or replay a run' },
  'files.read': { means: 'see a settlement file as it came' },
  'days.propose': { means: 'propose that a closed day is worked again' },
  'days.approve': { means: 'agree that a closed day is worked again' },
  'calendars.propose': { means: 'propose the days of a source or of the bank' },
  'calendars.approve': { means: 'agree to the days of a source or of the bank' },
  'breaks.read': { means: 'see differences between our books and a file' },
  'breaks.work': { means: 'take a break, note on it, keep evidence beside it' },
  'breaks.resolve': { means: 'end a break that needs no second person' },
  'breaks.propose': { means: 'propose how a break ends' },
  'breaks.approve': { means: 'agree to how a break ends' },
  'settlement.read': { means: 'see what a day was settled as', partner: true },
  'settlement.run': { means: 'settle a day now' },
  'payouts.read': { means: 'see payouts', partner: true },
  'payouts.propose': { means: 'draft and propose a payout, and what becomes of one that was refused' },
  'payouts.approve': { means: 'agree to a payout, and to what becomes of one that was refused' },
  'payouts.send': { means: 'say that an approved payout was handed to the bank' },
  'bank.read': { means: 'see our account at the bank and what is expected on it' },
  'bank.take': { means: 'take a statement of the bank' },
  'bank.announce': { means: 'write down money that a channel says it will pay in' },
  'bank.propose': { means: 'propose what a line of the bank is, or that its value dates are in order' },
  'bank.approve': { means: 'agree to what a line of the bank is, or that its value dates are in order' },
  'funds.read': { means: 'see what our money at the bank is made of' },
  'funds.propose': { means: 'put the position of funds forward to be signed' },
  'funds.approve': { means: 'sign the position of funds' },
  'statements.read': { means: 'see what we owe a party, and what moved it', partner: true },
  'floats.read': { means: 'see what billers hold of ours in advance' },
  'floats.receive': { means: 'book a top-up that a biller has received' },
  'floats.propose': { means: 'propose a top-up or an adjustment of a float' },
  'floats.resume': { means: 'propose that a paused biller goes on' },
  'floats.approve': {
    means: 'agree to a top-up or an adjustment of a float, or that a paused biller goes on',
  },
  'stamps.read': { means: 'see the stock and the serials of e-Meterai' },
  'stamps.write': { means: 'put a serial on a document' },
  'taxes.read': { means: 'see invoices and taxes of a month' },
  'taxes.book': { means: 'book the invoices of a month' },
  'taxes.propose': { means: 'propose to book a slip of PPh' },
  'taxes.approve': { means: 'agree to book a slip of PPh' },
  'outbound.read': { means: 'see the files that we send' },
  'outbound.send': { means: 'have a file made and sent once more' },
  'reports.read': { means: 'see which reports there are and which were written', partner: true },
  'reports.download': { means: 'order a report and take it out of the house', partner: true },
  'complaints.read': { means: 'see complaints' },
  'complaints.work': { means: 'open, answer and close complaints' },
  'approvals.read': { means: 'see what waits for a second person, and what was decided' },
  'users.read': { means: 'see who may sign in, with which roles, and their sessions' },
  'users.manage': { means: 'propose users, roles and resets; unlock, disable, end sessions' },
  'users.approve': { means: 'agree to users, roles and resets' },
  'audit.read': { means: 'see the security events' },
} as const satisfies Record<string, { means: string; partner?: true }>;

export type Permission = keyof typeof PERMISSIONS;

/** Every permission, in the order of the list. */
export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as Permission[];

/** Whether a text names a permission. */
export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}

/** Whether a partner's own staff may have it. */
export function isForPartners(permission: Permission): boolean {
  return 'partner' in PERMISSIONS[permission];
}

/** Who may propose and who may agree to each kind of proposal. */
export const APPROVAL_PERMISSIONS: Readonly<Record<string, { propose: Permission; approve: Permission }>> = {
  break: { propose: 'breaks.propose', approve: 'breaks.approve' },
  break_bulk: { propose: 'breaks.propose', approve: 'breaks.approve' },
  calendar: { propose: 'calendars.propose', approve: 'calendars.approve' },
  reopen_day: { propose: 'days.propose', approve: 'days.approve' },
  payout: { propose: 'payouts.propose', approve: 'payouts.approve' },
  payout_refused: { propose: 'payouts.propose', approve: 'payouts.approve' },
  bank_line: { propose: 'bank.propose', approve: 'bank.approve' },
  bank_value_dates: { propose: 'bank.propose', approve: 'bank.approve' },
  float_top_up: { propose: 'floats.propose', approve: 'floats.approve' },
  float_adjustment: { propose: 'floats.propose', approve: 'floats.approve' },
  float_resume: { propose: 'floats.resume', approve: 'floats.approve' },
  stop_release: { propose: 'stops.propose', approve: 'stops.approve' },
  pph_slip: { propose: 'taxes.propose', approve: 'taxes.approve' },
  funds: { propose: 'funds.propose', approve: 'funds.approve' },
  user_add: { propose: 'users.manage', approve: 'users.approve' },
  user_roles: { propose: 'users.manage', approve: 'users.approve' },
  user_enable: { propose: 'users.manage', approve: 'users.approve' },
  user_reset: { propose: 'users.manage', approve: 'users.approve' },
  custom_role: { propose: 'users.manage', approve: 'users.approve' },
};
