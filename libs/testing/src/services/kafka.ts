import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from '#embedded';
import { isOnPath, run } from './commands.js';
import { kafkaSettings, type KafkaListener, type KafkaNodePlan, type KafkaPorts } from './kafka-settings.js';
import { retried, Server } from './server.js';
import { TcpProxy } from './tcp-proxy.js';

/** Where the jars are kept between runs. */
const JARS = resolve('.cache', 'kafka-4.3.1');
const POM = resolve('libs', 'testing', 'kafka', 'pom.xml');
const CLUSTER = 'bmV3c3Jvb20tdGVzdHMtMQ';

/** One node of a Kafka cluster, or all of them. */
interface Stoppable {
  /** Starts it again with the same ports and data; resolves when it accepts requests. */
  start(): Promise<void>;
  /** Stops it gracefully: it moves its leaders first. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface KafkaNode extends Stoppable {
  readonly id: number;
  readonly address: string;
  /** Hangs the broker (SIGSTOP): it accepts connections and never answers. */
  freeze(): void;
  thaw(): void;
}

/** A separate Kafka; `start`, `stop` and `kill` act on all nodes. */
export interface KafkaCluster extends Stoppable {
  /** Addresses of all nodes, separated by commas. */
  readonly brokers: string;
  readonly nodes: readonly KafkaNode[];
  /** In front of the first node, which sends clients of this address back to it. */
  readonly proxy: TcpProxy | undefined;
  /** Kills it and removes its data. */
  remove(): Promise<void>;
}

export interface KafkaOptions {
  /** Brokers, each a controller too; 1 or 3. */
  readonly nodes?: number;
  /** Puts a {@link TcpProxy} in front of the first node. */
  readonly proxied?: boolean;
  /** Listeners with TLS or SASL beside the plain one, by name; `settings` configure them. */
  readonly listeners?: Readonly<Record<string, KafkaListener>>;
  /** More broker settings. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Users for SCRAM, such as `SCRAM-SHA-512=[name=lia,password=geheim]`. */
  readonly scramUsers?: readonly string[];
}

/** Once the jars are there, Java is enough. */
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

/** Starts a real Kafka: one node takes about 3 s, three take about 8 s. */
export const startKafka = (options: KafkaOptions = {}): Promise<KafkaCluster> =>
  retried(() => startOnce(options));

async function startOnce({
  nodes = 1,
  proxied,
  listeners,
  settings,
  scramUsers = [],
}: KafkaOptions): Promise<KafkaCluster> {
  await fetchJars();
  const folder = await mkdtemp(join(tmpdir(), 'newsroom-kafka-'));
  const all: KafkaPorts[] = [];
  for (let i = 0; i < nodes; i++) {
    all.push({ plain: await freePort(), controller: await freePort(), proxied: await freePort() });
  }
  const proxy = proxied ? await TcpProxy.start(all[0]!.proxied) : undefined;
  const plans = all.map((_ports, i) => ({
    id: i + 1,
    folder,
    all,
    proxyPort: proxy?.port,
    listeners,
    settings,
  }));
  const servers = await Promise.all(plans.map((plan) => prepare(plan, scramUsers)));
  const everywhere = async (act: (server: Server) => Promise<void>): Promise<void> => {
    await Promise.all(servers.map(act));
  };
  const remove = async (): Promise<void> => {
    await everywhere((server) => server.kill());
    await proxy?.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await everywhere((server) => server.start());
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    brokers: all.map(({ plain }) => `127.0.0.1:${plain}`).join(','),
    proxy,
    nodes: servers.map((server, i) => nodeOf(i + 1, `127.0.0.1:${all[i]!.plain}`, server)),
    start: () => everywhere((server) => server.start()),
    stop: () => everywhere((server) => server.stop()),
    kill: () => everywhere((server) => server.kill()),
    remove,
  };
}

const nodeOf = (id: number, address: string, server: Server): KafkaNode => ({
  id,
  address,
  start: () => server.start(),
  stop: () => server.stop(),
  kill: () => server.kill(),
  freeze: () => server.signal('SIGSTOP'),
  thaw: () => server.signal('SIGCONT'),
});

const logging = `rootLogger.level=warn
appender.c.type=Console
appender.c.name=c
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%p %m%n
rootLogger.appenderRef.c.ref=c
`;

/** Formats the data folder of one node. @returns its process, not yet started. */
async function prepare(plan: KafkaNodePlan, scramUsers: readonly string[]): Promise<Server> {
  const { id, folder, all } = plan;
  const settingsFile = join(folder, `server-${id}.properties`);
  const loggingFile = join(folder, `log4j2-${id}.properties`);
  const lines = Object.entries(kafkaSettings(plan)).map(([name, value]) => `${name}=${value}`);
  await writeFile(settingsFile, lines.join('\n'));
  await writeFile(loggingFile, logging);
  const heap = all.length > 1 ? '-Xmx256m' : '-Xmx512m';
  const java = [heap, '-XX:+UseSerialGC', `-Dlog4j2.configurationFile=${loggingFile}`, '-cp', `${JARS}/*`];
  const users = scramUsers.flatMap((user) => ['--add-scram', user]);
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER, '-c', settingsFile, ...users];
  await run('java', [...java, ...format]);
  const { plain } = all[id - 1]!;
  return new Server(['java', ...java, 'kafka.Kafka', settingsFile], () => isReady(plain, all.length));
}

/** Whether the broker accepts requests and sees a majority of the nodes. */
async function isReady(port: number, nodes: number): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 5_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    return brokers.length > nodes / 2 && brokers.some((broker) => broker.port === port);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
