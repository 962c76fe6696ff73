import { appendFile } from 'node:fs/promises';
import type { expect as Expect } from '@jest/globals';
import type { Audit } from './audit.js';

/** One row of docs/reliability.md. */
export interface AttackResult {
  readonly attack: string;
  readonly rounds: number;
  /** What the inbox of the subscriber let take effect. */
  readonly handled: Audit;
  /** What a stranger reads from the topic; missing where there is none. */
  readonly topic?: Audit;
  /** Milliseconds from the end of the attack until everything had taken effect. */
  readonly recovery: number;
}

/** Notes what an attack did, for the report that `npm run reliability` writes; nothing in other runs. */
export async function noteResult(result: Omit<AttackResult, 'attack'>): Promise<void> {
  const file = process.env['RELIABILITY_RESULTS'];
  if (!file) return;
  // Jest's global, not an import: benchmarks use the harness outside Jest.
  const { expect } = globalThis as unknown as { expect?: typeof Expect };
  const attack = expect?.getState().currentTestName ?? 'unnamed';
  await appendFile(file, `${JSON.stringify({ attack, ...result })}\n`);
}
