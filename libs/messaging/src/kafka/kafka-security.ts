import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { SASLOptions } from 'kafkajs';
import { z } from 'zod';
import { ConfigError } from '#platform';
import type { MessagingConfig } from '../settings.js';

export type SecurityConfig = Pick<
  MessagingConfig,
  | 'kafkaTls'
  | 'kafkaTlsCa'
  | 'kafkaTlsCert'
  | 'kafkaTlsKey'
  | 'kafkaSaslMechanism'
  | 'kafkaUsername'
  | 'kafkaPassword'
  | 'kafkaTokenUrl'
  | 'kafkaTokenScope'
>;

/** Milliseconds to get a token from the identity provider. */
const TOKEN_WITHIN = 5_000;

/**
 * TLS options from `KAFKA_TLS…`; a CA or a client certificate enables TLS.
 * @throws ConfigError that names the wrong variable.
 */
export function tlsOf({
  kafkaTls,
  kafkaTlsCa,
  kafkaTlsCert,
  kafkaTlsKey,
}: SecurityConfig): ConnectionOptions | boolean {
  if (Boolean(kafkaTlsCert) !== Boolean(kafkaTlsKey)) {
    const missing = kafkaTlsCert ? 'KAFKA_TLS_KEY' : 'KAFKA_TLS_CERT';
    throw new ConfigError(
      `${missing} is not set. A client certificate needs both KAFKA_TLS_CERT and KAFKA_TLS_KEY.`,
    );
  }
  const options: ConnectionOptions = {
    ...(kafkaTlsCa && { ca: pem('KAFKA_TLS_CA', kafkaTlsCa) }),
    ...(kafkaTlsCert && { cert: pem('KAFKA_TLS_CERT', kafkaTlsCert) }),
    ...(kafkaTlsKey && { key: pem('KAFKA_TLS_KEY', kafkaTlsKey) }),
  };
  return Object.keys(options).length > 0 ? options : kafkaTls;
}

/**
 * SASL options from `KAFKA_SASL_MECHANISM` and the variables it needs.
 * @throws ConfigError that names the missing variable.
 */
export function saslOf(config: SecurityConfig): SASLOptions | undefined {
  const { kafkaSaslMechanism, kafkaUsername: username, kafkaPassword: password, kafkaTokenUrl } = config;
  if (!kafkaSaslMechanism && !username && !password) return undefined;
  if (!username) {
    throw new ConfigError('KAFKA_USERNAME is not set, but KAFKA_SASL_MECHANISM or KAFKA_PASSWORD is.');
  }
  if (!password) {
    throw new ConfigError('KAFKA_PASSWORD is not set, but KAFKA_SASL_MECHANISM or KAFKA_USERNAME is.');
  }
  const mechanism = kafkaSaslMechanism ?? 'scram-sha-512';
  if (mechanism !== 'oauthbearer') return { mechanism, username, password };
  if (!kafkaTokenUrl) {
    throw new ConfigError('KAFKA_TOKEN_URL is not set, but KAFKA_SASL_MECHANISM is oauthbearer.');
  }
  return {
    mechanism,
    oauthBearerProvider: tokenProvider(kafkaTokenUrl, {
      id: username,
      secret: password,
      scope: config.kafkaTokenScope,
    }),
  };
}

/** A variable holds the PEM text itself or the path of a file with it. */
function pem(variable: string, value: string): string {
  if (value.includes('-----BEGIN ')) return value;
  try {
    return readFileSync(value, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `${variable} names a file that cannot be read (${(error as { code?: string }).code}).`,
    );
  }
}

const TokenResponse = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().default(60),
});

/**
 * Requests a token with the client credentials grant and reuses it for four fifths of its lifetime.
 * Source: RFC 6749, section 4.4; RFC 7628 for its use with SASL.
 */
function tokenProvider(url: string, client: { id: string; secret: string; scope: string | undefined }) {
  let token: { value: string; goodUntil: number } | undefined;
  return async (): Promise<{ value: string }> => {
    if (token && Date.now() < token.goodUntil) return token;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from([client.id, client.secret].map(encodeURIComponent).join(':')).toString('base64')}`,
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(client.scope && { scope: client.scope }),
      }),
      signal: AbortSignal.timeout(TOKEN_WITHIN),
    });
    if (!response.ok) {
      throw new Error(`KAFKA_TOKEN_URL answered ${response.status} to a request for a token.`);
    }
    const { access_token: value, expires_in: seconds } = TokenResponse.parse(await response.json());
    token = { value, goodUntil: Date.now() + seconds * 800 };
    return token;
  };
}
