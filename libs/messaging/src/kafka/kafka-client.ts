import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import type { Logger } from '#platform';
import type { MessagingConfig } from '../settings.js';

type ClientConfig = Pick<MessagingConfig, 'kafkaBrokers' | 'kafkaTls' | 'kafkaUsername' | 'kafkaPassword'>;

/** Milliseconds: to connect, for one request to the broker. */
const deadlines = { connect: 5_000, request: 15_000 };

/** A kafkajs client that logs the way the service does. */
export function kafkaClient(clientId: string, config: ClientConfig, log?: Logger): Kafka {
  const { kafkaBrokers: brokers, kafkaTls: ssl, kafkaUsername: username, kafkaPassword: password } = config;
  const sasl: KafkaConfig['sasl'] =
    username && password ? { mechanism: 'scram-sha-512', username, password } : undefined;
  return new Kafka({
    clientId,
    brokers,
    ssl,
    sasl,
    connectionTimeout: deadlines.connect,
    requestTimeout: deadlines.request,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 10 },
    logLevel: log ? logLevel.WARN : logLevel.NOTHING,
    logCreator: () => (entry) => {
      // A broker that is away is news once, from whoever waits for it; kafkajs repeats it at every attempt.
      log?.debug(
        { kafka: entry.namespace, broker: entry.log['broker'], error: entry.log['error'] },
        entry.log.message,
      );
    },
  });
}
