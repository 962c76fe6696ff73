import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '#platform';
import { describeWith, freePort, startKafka, type KafkaCluster } from '#testing';
import { messagingSettings } from '../settings.js';
import { kafkaClient } from './kafka-client.js';
import { tlsOf } from './kafka-security.js';

const run = promisify(execFile);

/** Connects the way a service would. @returns the topics it may see. */
async function topicsSeenWith(env: Record<string, string>): Promise<string[]> {
  const admin = kafkaClient('test', readConfig(messagingSettings, env)).admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
}

describeWith('kafka')('a secured Kafka', () => {
  let folder: string;
  let kafka: KafkaCluster;
  let identityProvider: Server;
  let tokenUrl: string;
  let sasl: string;
  let tls: string;
  const user = { KAFKA_USERNAME: 'newsroom', KAFKA_PASSWORD: 'geheim' };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsroom-tls-'));
    await makeCertificates(folder);
    const [saslPort, tlsPort] = [await freePort(), await freePort()];
    [sasl, tls] = [`127.0.0.1:${saslPort}`, `127.0.0.1:${tlsPort}`];
    const modules = 'org.apache.kafka.common.security';
    kafka = await startKafka({
      listeners: {
        SIGNEDIN: { protocol: 'SASL_PLAINTEXT', port: saslPort },
        ENCRYPTED: { protocol: 'SSL', port: tlsPort },
      },
      scramUsers: ['256', '512'].map((bits) => `SCRAM-SHA-${bits}=[name=newsroom,password=geheim]`),
      settings: {
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
        'listener.name.signedin.plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required user_newsroom="geheim";`,
        'listener.name.signedin.scram-sha-256.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
        'listener.name.signedin.scram-sha-512.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
        'listener.name.signedin.oauthbearer.sasl.jaas.config': `${modules}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': join(folder, 'broker.pem'),
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': join(folder, 'ca.crt'),
        'ssl.client.auth': 'required',
      },
    });
    identityProvider = createServer((request, response) => {
      const isClient =
        request.headers.authorization === `Basic ${Buffer.from('newsroom:geheim').toString('base64')}`;
      response.writeHead(isClient ? 200 : 401, { 'content-type': 'application/json' });
      response.end(isClient ? JSON.stringify({ access_token: unsecuredToken(), expires_in: 300 }) : '{}');
    });
    await new Promise<void>((listening) => identityProvider.listen(0, '127.0.0.1', listening));
    tokenUrl = `http://127.0.0.1:${(identityProvider.address() as { port: number }).port}/token`;
  });

  afterAll(async () => {
    await kafka.remove();
    await new Promise((closed) => identityProvider.close(closed));
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', undefined])(
    'lets a service in with a password and the mechanism %s',
    async (mechanism) => {
      const env = { KAFKA_BROKERS: sasl, ...user, ...(mechanism && { KAFKA_SASL_MECHANISM: mechanism }) };
      expect(await topicsSeenWith(env)).toEqual([]);
    },
  );

  it('lets a service in with an OAuth token', async () => {
    const env = {
      KAFKA_BROKERS: sasl,
      ...user,
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_TOKEN_URL: tokenUrl,
    };
    expect(await topicsSeenWith(env)).toEqual([]);
  });

  it('refuses a service whose password is wrong', async () => {
    const env = { KAFKA_BROKERS: sasl, ...user, KAFKA_PASSWORD: 'falsch', KAFKA_SASL_MECHANISM: 'PLAIN' };
    await expect(topicsSeenWith(env)).rejects.toThrow('Authentication failed');
  });

  it('lets a service in with a client certificate and the CA of the broker, as text or as files', async () => {
    const files = {
      KAFKA_TLS_CA: join(folder, 'ca.crt'),
      KAFKA_TLS_CERT: join(folder, 'client.crt'),
      KAFKA_TLS_KEY: join(folder, 'client.key'),
    };
    expect(await topicsSeenWith({ KAFKA_BROKERS: tls, ...files })).toEqual([]);
    const texts = await Promise.all(
      Object.entries(files).map(async ([name, file]) => [name, await readFile(file, 'utf8')]),
    );
    expect(await topicsSeenWith({ KAFKA_BROKERS: tls, ...Object.fromEntries(texts) })).toEqual([]);
  });

  it('is not trusted by a service without its CA', async () => {
    const options = tlsOf(readConfig(messagingSettings, { KAFKA_BROKERS: tls, KAFKA_TLS: 'true' }));
    expect(options).toBe(true);
    const socket = connect({ host: '127.0.0.1', port: Number(tls.split(':')[1]) });
    const [error] = await once(socket, 'error');
    expect(String(error)).toMatch(/self.signed certificate|unable to verify/);
  });
});

describe('settings of a secured Kafka that do not fit together', () => {
  const clientWith = (env: Record<string, string>) => () =>
    kafkaClient('test', readConfig(messagingSettings, { KAFKA_BROKERS: '127.0.0.1:9092', ...env }));

  it.each([
    ['a user name without a password', { KAFKA_USERNAME: 'newsroom' }, 'KAFKA_PASSWORD is not set'],
    ['a password without a user name', { KAFKA_PASSWORD: 'geheim' }, 'KAFKA_USERNAME is not set'],
    ['a mechanism without a user name', { KAFKA_SASL_MECHANISM: 'PLAIN' }, 'KAFKA_USERNAME is not set'],
    [
      'OAuth without an address for tokens',
      { KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_USERNAME: 'newsroom', KAFKA_PASSWORD: 'geheim' },
      'KAFKA_TOKEN_URL is not set',
    ],
    [
      'a certificate without its key',
      { KAFKA_TLS_CERT: '-----BEGIN CERTIFICATE-----' },
      'KAFKA_TLS_KEY is not set',
    ],
    ['a missing file', { KAFKA_TLS_CA: '/nowhere/ca.crt' }, 'KAFKA_TLS_CA names a file that cannot be read'],
    [
      'an unknown mechanism',
      { KAFKA_SASL_MECHANISM: 'GSSAPI' },
      'KAFKA_SASL_MECHANISM is "GSSAPI". Allowed: PLAIN',
    ],
  ])('are refused with the name of the variable: %s', (_what, env, message) => {
    expect(clientWith(env as Record<string, string>)).toThrow(message);
  });
});

/** Creates a certificate authority, and a key and certificate each for a broker and a client. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const subject = (name: string) => ['-subj', `/CN=${name}`];
  const key = (file: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', file];
  await openssl(
    'req',
    '-x509',
    ...key('ca.key'),
    '-out',
    'ca.crt',
    '-days',
    '2',
    ...subject('test authority'),
  );
  await writeFile(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1');
  for (const name of ['broker', 'client']) {
    await openssl('req', ...key(`${name}.key`), '-out', `${name}.csr`, ...subject(name));
    const sign = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
    await openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...sign);
  }
  const parts = await Promise.all(
    ['broker.key', 'broker.crt'].map((file) => readFile(join(folder, file), 'utf8')),
  );
  await writeFile(join(folder, 'broker.pem'), parts.join(''));
}

/** Kafka accepts unsigned tokens unless it is configured to check signatures. */
function unsecuredToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  return `${part({ alg: 'none' })}.${part({ sub: 'newsroom', iat: now, exp: now + 300 })}.`;
}
