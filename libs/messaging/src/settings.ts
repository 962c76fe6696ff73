import { z } from 'zod';
import { secretSetting, setting, envText, type ConfigOf } from '#platform';

/** How a service reaches Kafka. Without brokers, only the newsroom in one process runs, over the loopback. */
export const messagingSettings = {
  kafkaBrokers: setting(
    'KAFKA_BROKERS',
    envText.list(),
    'broker addresses such as kafka-1:9092,kafka-2:9092',
  ),
  kafkaTls: setting('KAFKA_TLS', envText.flag(false), 'true or false'),
  kafkaTlsCa: setting(
    'KAFKA_TLS_CA',
    z.string().optional(),
    'PEM certificates of the authority, or the path of a file with them',
  ),
  kafkaTlsCert: setting(
    'KAFKA_TLS_CERT',
    z.string().optional(),
    'the PEM client certificate, or the path of a file with it',
  ),
  kafkaTlsKey: secretSetting(
    'KAFKA_TLS_KEY',
    z.string().optional(),
    'the PEM key of the client certificate, or the path of a file with it',
  ),
  kafkaSaslMechanism: setting(
    'KAFKA_SASL_MECHANISM',
    z
      .string()
      .toLowerCase()
      .pipe(z.enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']))
      .optional(),
    'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 (the default with a user name) or OAUTHBEARER',
  ),
  kafkaUsername: setting(
    'KAFKA_USERNAME',
    z.string().optional(),
    'the SASL user name, or the OAuth client id',
  ),
  kafkaPassword: secretSetting(
    'KAFKA_PASSWORD',
    z.string().optional(),
    'the SASL password, or the OAuth client secret',
  ),
  kafkaTokenUrl: setting(
    'KAFKA_TOKEN_URL',
    envText.url(/^https?$/).optional(),
    'the http(s) address that issues OAuth tokens for OAUTHBEARER',
  ),
  kafkaTokenScope: setting('KAFKA_TOKEN_SCOPE', z.string().optional(), 'the OAuth scope to request'),
  topicPrefix: setting(
    'KAFKA_TOPIC_PREFIX',
    z
      .string()
      .regex(/^[a-z0-9.-]{0,40}$/)
      .default(''),
    'a prefix for all topics and groups, up to 40 characters of a-z, 0-9, dot and hyphen',
  ),
  inboxRetentionDays: setting('INBOX_RETENTION_DAYS', envText.int(1, 365, 30), 'days from 1 to 365'),
  sessionTimeout: setting(
    'KAFKA_SESSION_TIMEOUT',
    envText.int(1_000, 300_000, 30_000),
    'milliseconds from 1000 to 300000 after which the group removes a silent member',
  ),
  partitionsAtOnce: setting(
    'KAFKA_PARTITIONS_AT_ONCE',
    envText.int(1, 32, 4),
    'partitions handled at the same time, 1 to 32',
  ),
};

export type MessagingConfig = ConfigOf<typeof messagingSettings>;
