/** What Node is told, besides its options of production, so that a program of ours starts by what an earlier start left. */
export const QUICK_START: readonly string[] = process.env['TEST_QUICK_START']
  ? ['--require', process.env['TEST_QUICK_START']]
  : [];
