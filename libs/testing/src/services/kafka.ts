import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { freePort, isOnPath, retried, run, Server } from './processes.js';

/** Where the jars are kept between runs. */
const JARS = resolve('.cache', 'kafka-4.3.1');
const POM = resolve('libs', 'testing', 'kafka', 'pom.xml');
const CLUSTER = 'bmV3c3Jvb20tdGVzdHMtMQ';

export interface KafkaBroker {
  readonly brokers: string;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

/** Java alone is enough once the jars are there. */
export const canRunKafka = async (): Promise<boolean> =>
  (await isOnPath('java')) && (existsSync(join(JARS, 'complete')) || (await isOnPath('mvn')));

async function fetchJars(): Promise<void> {
  const marker = join(JARS, 'complete');
  if (existsSync(marker)) return;
  await rm(JARS, { recursive: true, force: true });
  await mkdir(JARS, { recursive: true });
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  await run('mvn', ['-q', '-B', '-f', POM, goal, `-DoutputDirectory=${JARS}`], { timeout: 300_000 });
  await writeFile(marker, '');
}

const settings = (folder: string, port: number, controllerPort: number): Record<string, string> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
  'log.dirs': join(folder, 'data'),
  'auto.create.topics.enable': 'false',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '3',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '1000',
  // After a kill -9 the broker is let in again once its old session has run out.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'log.cleaner.enable': 'false',
});

/** Starts a real broker of its own; up in about 3 s. */
export const startKafka = (): Promise<KafkaBroker> => retried(startOnce);

async function startOnce(): Promise<KafkaBroker> {
  await fetchJars();
  const folder = await mkdtemp(join(tmpdir(), 'newsroom-kafka-'));
  const port = await freePort();
  const file = join(folder, 'server.properties');
  const lines = Object.entries(settings(folder, port, await freePort())).map(
    ([name, value]) => `${name}=${value}`,
  );
  await writeFile(file, lines.join('\n'));
  const logging = join(folder, 'log4j2.properties');
  await writeFile(
    logging,
    'rootLogger.level=warn\nappender.c.type=Console\nappender.c.name=c\nappender.c.layout.type=PatternLayout\nappender.c.layout.pattern=%p %m%n\nrootLogger.appenderRef.c.ref=c\n',
  );
  const java = ['-Xmx512m', '-XX:+UseSerialGC', `-Dlog4j2.configurationFile=${logging}`, '-cp', `${JARS}/*`];
  await run('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER, '-c', file]);
  const brokers = `127.0.0.1:${port}`;
  const server = new Server(['java', ...java, 'kafka.Kafka', file], () => answers(brokers));
  await server.start();
  return {
    brokers,
    start: () => server.start(),
    stop: () => server.stop(),
    kill: () => server.kill(),
    remove: async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whether the broker leads and takes requests, not only connections. */
async function answers(brokers: string): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
