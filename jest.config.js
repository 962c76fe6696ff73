/** @type {import('jest').Config} */
export default {
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/demo', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.spec.tsx', '**/*.e2e-spec.ts', '**/*.fault-spec.ts'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '^.+\\.tsx?$': '@swc/jest' },
  moduleNameMapper: {
    '^#(api|bootstrap|embedded|events|http|jobs|messaging|platform|testing)$':
      '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  globalSetup: '<rootDir>/dist/libs/testing/src/global-setup.js',
  globalTeardown: '<rootDir>/dist/libs/testing/src/global-teardown.js',
  testSequencer: '<rootDir>/scripts/test-sequencer.js',
  maxWorkers: 2,
  // Bounds what hangs, and is no measure of speed: attacks with their full number of rounds take minutes each.
  testTimeout: process.env.FAULT_ROUNDS === 'full' ? 900_000 : 240_000,
};
