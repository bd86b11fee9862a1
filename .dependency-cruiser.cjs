/** The house has floors (README, "The house"): imports point down, and enter a library only by its index.ts. */
const FLOORS = [
  ['proposals'],
  [
    'channels',
    'billers',
    'reconciliation',
    'settlement',
    'reports',
    'webhooks',
    'identity',
    'breakages',
    'floats',
    'stamps',
    'conduct',
  ],
  ['switching', 'files', 'iso8583', 'snap'],
  ['ledger', 'catalog', 'receipts'],
  ['audit'],
  ['platform'],
  ['kernel'],
];

const floorRules = FLOORS.flatMap((floor, level) => {
  const above = FLOORS.slice(0, level).flat();
  const self = `^libs/(${floor.join('|')})/`;
  const rules = [];
  if (above.length > 0)
    rules.push({
      name: `${floor[0]}-floor-points-down`,
      severity: 'error',
      comment: 'A library may use only the floors below it.',
      from: { path: self },
      to: { path: `^libs/(${above.join('|')})/` },
    });
  for (const library of floor)
    if (floor.length > 1)
      rules.push({
        name: `${library}-knows-no-neighbour`,
        severity: 'error',
        comment: 'Libraries of one floor do not know one another.',
        from: { path: `^libs/${library}/` },
        to: { path: `^libs/(${floor.filter((other) => other !== library).join('|')})/` },
      });
  return rules;
});

module.exports = {
  forbidden: [
    ...floorRules,
    { name: 'libraries-know-no-app', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'apps-know-no-other-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/($1/|backoffice/src/contracts\\.ts$)' },
    },
    {
      name: 'only-the-console-knows-the-contracts',
      severity: 'error',
      comment:
        'The console knows what the back office is asked and tells, as types alone: nothing of it is in a browser.',
      from: { path: '^apps/(?!backoffice/)' },
      to: {
        path: '^apps/backoffice/src/contracts\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'one-door',
      severity: 'error',
      comment: "A library is entered by its index.ts only (import it as '#lib/name').",
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/(?!index\\.ts$)', pathNot: '^libs/$2/' },
    },
    {
      name: 'simulator-shares-no-mistake',
      severity: 'error',
      comment: 'The simulator must not reuse our own wire code, or both sides could share one mistake.',
      from: { path: '^apps/simulator/' },
      to: { path: '^libs/(channels|billers|iso8583|snap|switching|ledger|catalog|files|reconciliation)/' },
    },
    {
      name: 'kernel-does-no-io',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(node_modules/|fs$|net$|http$|child_process$)', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
