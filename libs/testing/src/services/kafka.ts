import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { freePort, isOnPath, retried, run, Server } from './processes.js';
import { TcpProxy } from './tcp-proxy.js';

/** Where the jars are kept between runs. */
const JARS = resolve('.cache', 'kafka-4.3.1');
const POM = resolve('libs', 'testing', 'kafka', 'pom.xml');
const CLUSTER = 'bmV3c3Jvb20tdGVzdHMtMQ';

/** Something of Kafka's that a test can take away and bring back. */
interface Stoppable {
  /** Starts it again on the same ports and data; resolves once it takes requests. */
  start(): Promise<void>;
  /** A graceful stop: leaders are handed over first. */
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

/** A Kafka of its own; `start`, `stop` and `kill` act on all nodes. */
export interface KafkaCluster extends Stoppable {
  /** Addresses of all nodes, with commas between them. */
  readonly brokers: string;
  readonly nodes: readonly KafkaNode[];
  /** The way to the first node whose traffic can be held back; clients that come this way are led back to it. */
  readonly proxy: TcpProxy | undefined;
  /** Kills it and removes its data. */
  remove(): Promise<void>;
}

export interface KafkaOptions {
  /** Brokers, each a controller too; 1 or 3. */
  readonly nodes?: number;
  /** Puts a {@link TcpProxy} in front of the first node. */
  readonly proxied?: boolean;
  /** Listeners with TLS or SASL beside the plain one, by name; `settings` say how. */
  readonly listeners?: Readonly<
    Record<string, { protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'; port: number }>
  >;
  /** More broker settings. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Users who sign in with SCRAM, such as `SCRAM-SHA-512=[name=lia,password=geheim]`. */
  readonly scramUsers?: readonly string[];
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

interface Ports {
  readonly plain: number;
  readonly controller: number;
  readonly proxied: number;
}

interface NodePlan {
  readonly id: number;
  readonly folder: string;
  readonly all: readonly Ports[];
  readonly proxy: TcpProxy | undefined;
  readonly options: KafkaOptions;
}

function settingsOf({ id, folder, all, proxy, options }: NodePlan): Record<string, string> {
  const { plain, controller, proxied } = all[id - 1]!;
  const copies = String(Math.min(3, all.length));
  const listeners: Record<string, { protocol: string; at: number; advertised?: number }> = {
    PLAINTEXT: { protocol: 'PLAINTEXT', at: plain, advertised: plain },
    CONTROLLER: { protocol: 'PLAINTEXT', at: controller },
    ...(proxy && {
      PROXIED: { protocol: 'PLAINTEXT', at: proxied, advertised: id === 1 ? proxy.port : proxied },
    }),
    ...Object.fromEntries(
      Object.entries(options.listeners ?? {}).map(([name, { protocol, port }]) => [
        name,
        { protocol, at: port, advertised: port },
      ]),
    ),
  };
  const list = (entries: (name: string, of: (typeof listeners)[string]) => string | undefined): string =>
    Object.entries(listeners)
      .flatMap(([name, of]) => entries(name, of) ?? [])
      .join(',');
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': all.map((ports, i) => `${i + 1}@127.0.0.1:${ports.controller}`).join(','),
    listeners: list((name, { at }) => `${name}://127.0.0.1:${at}`),
    'advertised.listeners': list((name, { advertised }) =>
      advertised === undefined ? undefined : `${name}://127.0.0.1:${advertised}`,
    ),
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': list((name, { protocol }) => `${name}:${protocol}`),
    'log.dirs': join(folder, `data-${id}`),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.num.partitions': '3',
    'transaction.state.log.min.isr': String(Math.max(1, Number(copies) - 1)),
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // After a kill -9 the broker is let in again once its old session has run out.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'replica.lag.time.max.ms': '5000',
    'log.cleaner.enable': 'false',
    ...options.settings,
  };
}

/** Starts a real Kafka of its own: one node is up in about 3 s, three in about 8 s. */
export const startKafka = (options: KafkaOptions = {}): Promise<KafkaCluster> =>
  retried(() => startOnce(options));

async function startOnce(options: KafkaOptions): Promise<KafkaCluster> {
  await fetchJars();
  const count = options.nodes ?? 1;
  const folder = await mkdtemp(join(tmpdir(), 'newsroom-kafka-'));
  const all: Ports[] = [];
  for (let i = 0; i < count; i++) {
    all.push({ plain: await freePort(), controller: await freePort(), proxied: await freePort() });
  }
  const proxy = options.proxied ? await TcpProxy.start(all[0]!.proxied) : undefined;
  const brokers = all.map(({ plain }) => `127.0.0.1:${plain}`).join(',');
  const plans = all.map((_ports, i) => ({ id: i + 1, folder, all, proxy, options }));
  const servers = await Promise.all(plans.map((plan) => prepare(plan, brokers)));
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
    brokers,
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

/** Formats the data folder of one node. @returns its process, not yet started. */
async function prepare(plan: NodePlan, brokers: string): Promise<Server> {
  const { id, folder, all } = plan;
  const file = join(folder, `server-${id}.properties`);
  await writeFile(
    file,
    Object.entries(settingsOf(plan))
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  );
  const logging = join(folder, `log4j2-${id}.properties`);
  await writeFile(
    logging,
    'rootLogger.level=warn\nappender.c.type=Console\nappender.c.name=c\nappender.c.layout.type=PatternLayout\nappender.c.layout.pattern=%p %m%n\nrootLogger.appenderRef.c.ref=c\n',
  );
  const heap = all.length > 1 ? '-Xmx256m' : '-Xmx512m';
  const java = [heap, '-XX:+UseSerialGC', `-Dlog4j2.configurationFile=${logging}`, '-cp', `${JARS}/*`];
  const users = (plan.options.scramUsers ?? []).flatMap((user) => ['--add-scram', user]);
  await run('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER, '-c', file, ...users]);
  const address = brokers.split(',')[id - 1]!;
  return new Server(['java', ...java, 'kafka.Kafka', file], () => answers(address, all.length));
}

/** Whether the broker takes requests and sees a majority of the others, not only connections. */
async function answers(broker: string, nodes: number): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const port = Number(broker.split(':')[1]);
    return brokers.length > nodes / 2 && brokers.some((one) => one.port === port);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
