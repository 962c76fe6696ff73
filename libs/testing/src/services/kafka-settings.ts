import { join } from 'node:path';

export interface KafkaListener {
  readonly protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  readonly port: number;
}

export interface KafkaPorts {
  readonly plain: number;
  readonly controller: number;
  readonly proxied: number;
}

export interface KafkaNodePlan {
  readonly id: number;
  readonly folder: string;
  /** The ports of all nodes, in the order of their ids. */
  readonly all: readonly KafkaPorts[];
  /** The port of the proxy in front of the first node, if there is one. */
  readonly proxyPort?: number;
  /** More listeners, by name. */
  readonly listeners?: Readonly<Record<string, KafkaListener>>;
  readonly settings?: Readonly<Record<string, string>>;
}

/** The broker settings (`server.properties`) of one node, which is a controller too. */
export function kafkaSettings(plan: KafkaNodePlan): Record<string, string> {
  const { id, folder, all, settings } = plan;
  const copies = Math.min(3, all.length);
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': all.map(({ controller }, i) => `${i + 1}@127.0.0.1:${controller}`).join(','),
    ...listenerSettings(plan),
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, `data-${id}`),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': String(copies),
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': String(copies),
    'transaction.state.log.num.partitions': '3',
    'transaction.state.log.min.isr': String(Math.max(1, copies - 1)),
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // After a kill -9 the broker can rejoin only once its old session has expired.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'replica.lag.time.max.ms': '5000',
    'log.cleaner.enable': 'false',
    ...settings,
  };
}

interface Listener {
  readonly protocol: string;
  readonly port: number;
  /** The port that is advertised to clients; a controller's is not. */
  readonly advertised?: number;
}

function listenerSettings({ id, all, proxyPort, listeners: more = {} }: KafkaNodePlan) {
  const { plain, controller, proxied } = all[id - 1]!;
  const listeners: [string, Listener][] = [
    ['PLAINTEXT', { protocol: 'PLAINTEXT', port: plain, advertised: plain }],
    ['CONTROLLER', { protocol: 'PLAINTEXT', port: controller }],
  ];
  if (proxyPort !== undefined) {
    const advertised = id === 1 ? proxyPort : proxied;
    listeners.push(['PROXIED', { protocol: 'PLAINTEXT', port: proxied, advertised }]);
  }
  for (const [name, { protocol, port }] of Object.entries(more)) {
    listeners.push([name, { protocol, port, advertised: port }]);
  }
  const advertised = listeners.filter(([, listener]) => listener.advertised !== undefined);
  const list = (of: [string, Listener][], text: (listener: Listener) => string): string =>
    of.map(([name, listener]) => `${name}:${text(listener)}`).join(',');
  return {
    listeners: list(listeners, ({ port }) => `//127.0.0.1:${port}`),
    'advertised.listeners': list(advertised, (listener) => `//127.0.0.1:${listener.advertised}`),
    'listener.security.protocol.map': list(listeners, ({ protocol }) => protocol),
  };
}
