/** More workers than cores, for tests wait as well as work; they share one private database, each test file in a schema of its own. */
module.exports = {
  testEnvironment: 'node',
  moduleNameMapper: {
    '^#lib/(.*)$': '<rootDir>/libs/$1/src/index.ts',
    '^fast-check$': '<rootDir>/scripts/jest-seeded-fast-check.cjs',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
    // Packages that are ES modules only, which jest cannot load as they are.
    '/node_modules/.+\\.m?js$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(otplib|@otplib|@scure|@noble)/)'],
  maxWorkers: 3,
  // What waits for the same deadline together must still get its own words out long before it.
  maxConcurrency: 8,
  // A worker that has grown to a gigabyte takes so long to end that jest takes it for one that leaks, and kills it.
  workerIdleMemoryLimit: '700MB',
  testMatch: ['<rootDir>/{apps,libs}/*/{src,test}/**/*.spec.ts'],
  globalSetup: '<rootDir>/scripts/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/scripts/jest-global-teardown.mjs',
  testTimeout: 60_000,
  testSequencer: '<rootDir>/scripts/jest-sequencer.cjs',
};
