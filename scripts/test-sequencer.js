import { relative } from 'node:path';
import TestSequencer from '@jest/test-sequencer';

/**
 * The order of the test files. The attacks on three brokers need most of a machine, so only light files run beside them: the
 * specs next to the code. Tests below `test/`, which start processes, come last.
 */
export default class extends TestSequencer {
  constructor(options) {
    super(options);
    this.workers = options.globalConfig.maxWorkers;
  }

  async sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- Jest's method, longest first
    const longestFirst = await super.sort(tests);
    if (this.workers === 1) return longestFirst;
    return longestFirst.toSorted((a, b) => turnOf(a) - turnOf(b));
  }
}

function turnOf({ path, context }) {
  if (path.endsWith('cluster.fault-spec.ts')) return 0;
  return relative(context.config.rootDir, path).startsWith('test') ? 2 : 1;
}
