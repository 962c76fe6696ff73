import type { Backbone } from '#testing';
import { recordResult } from './attack-result.js';
import { Auditor, type Audit } from './auditor.js';
import { readVersions } from './read-versions.js';

export interface AuditedAttack {
  /** What took effect in the ledger, which deduplicates. */
  readonly handled: Audit;
  /** What an independent client reads from the topic. */
  readonly topic: Audit;
  /** Milliseconds from the end of the attack until everything had taken effect. */
  readonly recovery: number;
}

/** Waits until every committed write has taken effect, then audits the ledger and the topic, and records the result. */
export async function audited(
  backbone: Backbone,
  { rounds = 1, within = 90_000 }: { rounds?: number; within?: number } = {},
): Promise<AuditedAttack> {
  const startedAt = performance.now();
  const ledger = new Auditor();
  for (const [item, versions] of await backbone.settled(within)) {
    for (const version of versions) ledger.see(item, version);
  }
  const handled = ledger.audit(await backbone.written());
  const recovery = Math.round(performance.now() - startedAt);
  const topic = new Auditor();
  await readVersions(backbone, (key, version) => topic.see(key, version));
  const result = { handled, topic: topic.audit(await backbone.written()), recovery };
  await recordResult({ rounds, ...result });
  return result;
}
