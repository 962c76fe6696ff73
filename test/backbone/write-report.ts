import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import type { AttackResult } from './attack-result.js';
import type { Audit } from './auditor.js';

/** Writes docs/reliability.md from the results of one run: `npm run reliability`. */

const [, , resultsFile, reportFile = 'docs/reliability.md'] = process.argv;
const results = (await readFile(resultsFile!, 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as AttackResult);

const number = (value: number): string => value.toLocaleString('en-US');
const seconds = (ms: number): string =>
  ms < 10_000 ? (ms / 1_000).toFixed(1) : String(Math.round(ms / 1_000));
/** The worse value of subscriber and topic. */
const worst = (of: (audit: Audit) => number, { handled, topic }: AttackResult): number =>
  Math.max(of(handled), topic ? of(topic) : 0);

const row = (result: AttackResult): string => {
  const { attack, rounds, handled, topic, recovery } = result;
  const cells = [
    attack,
    number(rounds),
    number(handled.events),
    number(worst(({ lost }) => lost, result)),
    number(worst(({ outOfOrder, staleAtTheEnd }) => outOfOrder + staleAtTheEnd, result)),
    number(topic?.repeated ?? 0),
    number(handled.repeated),
    seconds(recovery),
  ];
  return `| ${cells.join(' | ')} |`;
};

const machine = `${availableParallelism()} cores and ${Math.round(totalmem() / 2 ** 30)} GiB of memory`;

await writeFile(
  reportFile,
  `# Reliability

Written by \`npm run reliability\` from a run on ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node}, on ${machine}
that also ran all brokers, databases and services. Do not edit.

## What is promised

1. **A change and its event commit together.** Both are committed, or neither is.
2. **No event is lost** once it is committed, whichever process, connection or broker fails. With three brokers and three copies,
   one broker may be lost for good.
3. **The events of one key arrive in the order of their commits.** The last record of a key is its newest version, so that a
   reader of a compacted topic ends with the present state.
4. **Each event takes effect once** in a service of this project. In the topic it may occur more than once; other teams'
   services deduplicate by \`ce_source\` and \`ce_id\`.
5. **A bad event, partition or subscriber blocks no other partition or subscriber.** An event that can never be processed is
   dead-lettered byte for byte. An error that an operator must fix blocks its partition until it is fixed.
6. **Every failure is visible** in a metric, and a failed consumer rejoins by itself.

Subscribers must read committed messages (\`isolation.level=read_committed\`): librdkafka and kafkajs do so by default, Java does not.

## How it is attacked

Real processes, a real Postgres, and one or three real brokers. Each event of a key has a version, one higher than the last. After the
attack, two things are compared with what was committed: what took effect in a subscriber, and what
[kcat](https://github.com/edenhill/kcat), an independent client, reads from the topic. *Wait* is the time from the end of the attack
(for a broker that hangs, from the moment it hangs) until every event has taken effect.

| attack | rounds | events | lost | out of order, or an old one last | repeated in the topic | handled twice | wait, s |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${results.map(row).join('\n')}

${number(results.reduce((total, { handled }) => total + handled.events, 0))} events in ${results.length} attacks.

Other attacks are judged by their own assertions: events that Kafka refuses ([outbox](../test/backbone/outbox.fault-spec.ts)), messages that
cannot be read ([bad messages](../test/backbone/bad-messages.fault-spec.ts)), poisoned partitions, missing tables and deleted records
([consumer](../test/backbone/consumer.fault-spec.ts)), denied groups ([unreliable
Kafka](../test/backbone/unreliable-kafka.fault-spec.ts)), requests that arrive
late ([fencing](../test/backbone/fencing.fault-spec.ts)), stuck subscribers in one process
([loopback](../test/backbone/loopback.fault-spec.ts)), a newsroom in one process that is killed
([embedded](../test/backbone/embedded.fault-spec.ts)).
`,
);
process.stdout.write(`${reportFile}: ${results.length} attacks\n`);
