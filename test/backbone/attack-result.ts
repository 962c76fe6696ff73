import { appendFile } from 'node:fs/promises';
import type { expect as Expect } from '@jest/globals';
import type { Audit } from './auditor.js';

/** One row of docs/reliability.md. */
export interface AttackResult {
  readonly attack: string;
  readonly rounds: number;
  /** What took effect in the subscriber. */
  readonly handled: Audit;
  /** What an independent client reads from the topic; missing if there is no topic. */
  readonly topic?: Audit;
  /** Milliseconds from the end of the attack until everything had taken effect. */
  readonly recovery: number;
}

/** Records the result of an attack for the report of `npm run reliability`; does nothing in other runs. */
export async function recordResult(result: Omit<AttackResult, 'attack'>): Promise<void> {
  const file = process.env['RELIABILITY_RESULTS'];
  if (!file) return;
  const { expect } = globalThis as unknown as { expect?: typeof Expect };
  const attack = expect?.getState().currentTestName ?? 'unnamed';
  await appendFile(file, `${JSON.stringify({ attack, ...result })}\n`);
}
