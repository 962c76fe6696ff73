import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { install } from './debian.js';

/** A record as kcat (librdkafka) sees it. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
}

/** Reads a topic from its start to its current end, as any subscriber would: committed records only, in order per partition. */
export async function readWithKcat(
  brokers: string,
  topic: string,
  onRecord: (record: TopicRecord) => void,
): Promise<void> {
  await install('kcat');
  const format = ['-f', '%p\t%o\t%k\t%s\n'];
  const args = ['-C', '-b', brokers, '-t', topic, '-o', 'beginning', '-e', '-q', ...format];
  const kcat = spawn('kcat', [...args, '-X', 'isolation.level=read_committed'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  kcat.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2_000)));
  const exited = once(kcat, 'close') as Promise<[number | null]>;
  for await (const line of createInterface({ input: kcat.stdout, crlfDelay: Infinity })) {
    const [partition, offset, key, ...value] = line.split('\t');
    onRecord({ partition: Number(partition), offset: Number(offset), key: key!, value: value.join('\t') });
  }
  const [code] = await exited;
  if (code !== 0) throw new Error(`kcat exited with ${code}: ${errors.trim()}`);
}
