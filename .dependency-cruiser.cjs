/** The shape of the code, checked in the test command. See ARCHITECTURE.md. */
const testCode = '\\.(spec|e2e-spec|fault-spec)\\.tsx?$|^test/|^apps/[^/]+/test/|^libs/testing/';

module.exports = {
  forbidden: [
    {
      name: 'services-stay-apart',
      comment: 'Services talk through events and HTTP. Only the newsroom puts them together.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/(newsroom|ops)/' },
      to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'ops-imports-no-service',
      comment: 'The importer is no service: it holds what is behind one command of ops.',
      severity: 'error',
      from: { path: '^apps/ops/' },
      to: { path: '^apps/[^/]+/', pathNot: '^apps/(ops|importer)/' },
    },
    {
      name: 'the-registry-is-a-leaf',
      comment: 'Every app may import the list of services, so it imports nothing.',
      severity: 'error',
      from: { path: '^apps/services\\.ts$' },
      to: {},
    },
    {
      name: 'libs-know-no-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'events-is-a-leaf',
      comment: 'Contracts import zod and each other: other teams can take the folder as it is.',
      severity: 'error',
      from: { path: '^libs/events/src/', pathNot: '\\.spec\\.ts$|write-schemas\\.ts$' },
      to: { pathNot: '^libs/events/src/|^node_modules/zod/' },
    },
    {
      name: 'api-is-a-leaf',
      comment: 'HTTP contracts import zod and the values of events: a client needs nothing else.',
      severity: 'error',
      from: { path: '^libs/api/src/', pathNot: '\\.spec\\.ts$|write-openapi\\.ts$' },
      to: { pathNot: '^libs/(api|events)/src/|^node_modules/zod/' },
    },
    {
      name: 'embedded-on-one-machine-only',
      comment: 'No production service starts its own database or holds the code that signs tokens.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: `^apps/(newsroom|ops)/|^libs/embedded/|${testCode}` },
      to: { path: '^libs/embedded/' },
    },
    {
      name: 'bench-imports-no-test',
      comment:
        'Benchmarks share libs/testing with the tests, and otherwise use services as their clients do.',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^test/|\\.(spec|e2e-spec|fault-spec)\\.tsx?$|^apps/[^/]+/src/' },
    },
    { name: 'no-cycles', severity: 'error', from: { pathNot: '\\.entity\\.ts$' }, to: { circular: true } },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: testCode },
      to: { path: testCode },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
