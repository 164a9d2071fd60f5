import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The machines that run this have two cores, and each e2e test starts a codex of its own.
    maxWorkers: 2,
    // read by `.ci/run`, which counts the tests
    reporters: ['default', ['json', { outputFile: 'node_modules/.test-results.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,golden,integration,security}/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/helpers/build-once.ts',
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'versions',
          include: ['test/versions/core.test.ts'],
          globalSetup: 'test/helpers/build-once.ts',
          testTimeout: 90_000,
        },
      },
      { test: { name: 'live', include: ['test/versions/live.test.ts'], globalSetup: 'test/helpers/build-once.ts' } },
      {
        test: {
          name: 'kills',
          include: ['test/faults/{leftovers,kills}.test.ts'],
          globalSetup: 'test/helpers/build-once.ts',
          testTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/{provider,client,codex,limits}.test.ts'],
          globalSetup: 'test/helpers/build-once.ts',
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'fuzz',
          // properties: with FUZZ_RUNS they run longer than in `unit`
          include: [
            'test/unit/translate/**/{properties,append-only,tool-names,read-event,to-native-request}.test.ts',
            'test/unit/translate/stream/arguments.test.ts',
            'test/unit/proxy/{exchange/growing-history,body/body-memory}.test.ts',
            'test/unit/provider/{sse,any-bytes}.test.ts',
            'test/integration/cut-anywhere.test.ts',
          ],
          testTimeout: 600_000,
        },
      },
      { test: { name: 'soak', include: ['test/faults/soak.test.ts'] } },
      { test: { name: 'pack', include: ['test/pack/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
});
