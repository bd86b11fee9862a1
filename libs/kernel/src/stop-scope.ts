/** Whose new payments are stopped: one channel's, which go through its deposit; one biller's; or everybody's. */
export type StopScope = `deposit:${string}` | `biller:${string}` | 'all';
