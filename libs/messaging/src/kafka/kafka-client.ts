import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import type { Logger } from '#platform';
import type { MessagingConfig } from '../settings.js';
import { saslOf, tlsOf, type SecurityConfig } from './kafka-security.js';

type ClientConfig = Pick<MessagingConfig, 'kafkaBrokers'> & SecurityConfig;

/** Milliseconds allowed for connecting, and for one request to the broker. */
const deadlines = { connect: 5_000, request: 8_000 };
/** Milliseconds for which the same error of kafkajs is logged only once. */
const QUIET = 60_000;

/**
 * A kafkajs client that logs to the service's log.
 * @throws ConfigError when the TLS and SASL settings contradict each other.
 */
export function kafkaClient(clientId: string, config: ClientConfig, log?: Logger): Kafka {
  return new Kafka({
    clientId,
    brokers: inTurn(config.kafkaBrokers),
    ssl: tlsOf(config),
    sasl: saslOf(config),
    connectionTimeout: deadlines.connect,
    authenticationTimeout: deadlines.connect,
    requestTimeout: deadlines.request,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 10 },
    logLevel: log ? logLevel.WARN : logLevel.NOTHING,
    logCreator: () => logTo(log),
  });
}

/** The error for a request that a broker has not answered in time. */
export const brokerHangs = ({ broker, apiName }: { broker: string; apiName: string }): Error =>
  new Error(`The broker ${broker} did not answer a ${apiName} request in time.`);

/**
 * Makes each new connection begin with the next broker. By itself, kafkajs always begins with the first of the list, even
 * while that one hangs.
 */
function inTurn(brokers: readonly string[]): () => string[] {
  let first = Math.floor(Math.random() * brokers.length);
  return () => {
    first = (first + 1) % brokers.length;
    return [...brokers.slice(first), ...brokers.slice(0, first)];
  };
}

/** kafkajs logs an error at every attempt. Here the first becomes a warning, and repetitions within a minute debug messages. */
function logTo(log: Logger | undefined): (entry: LogEntry) => void {
  const loggedAt = new Map<string, number>();
  return ({ level, namespace, log: { message, broker, error } }) => {
    const now = performance.now();
    const entry = `${namespace} ${message} ${String(error)}`;
    const isNew = level <= logLevel.ERROR && now - (loggedAt.get(entry) ?? -Infinity) > QUIET;
    if (isNew) {
      if (loggedAt.size > 200) loggedAt.clear();
      loggedAt.set(entry, now);
    }
    log?.[isNew ? 'warn' : 'debug']({ kafka: namespace, broker, error }, message);
  };
}
