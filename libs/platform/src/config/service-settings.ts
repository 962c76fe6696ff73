import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { claimPath, type ClaimPath } from './claim-path.js';
import { isProduction, secretSetting, setting, envText, type ConfigOf, type Setting } from './config.js';

/** Settings of every service: how it listens, logs and verifies tokens. */
export const serverSettings = (service: string, port: number) => ({
  host: setting(
    'HOST',
    z.string().default('127.0.0.1'),
    'an address to listen on, such as 127.0.0.1 or 0.0.0.0',
  ),
  port: setting(portVariable(service), envText.port(port), 'a port from 0 (any free one) to 65535'),
  operationsPort: setting(
    'OPERATIONS_PORT',
    envText.port(port === 0 ? 0 : port + 1_000),
    'a port from 0 (any free one) to 65535',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    'debug, info, warn, error or silent',
  ),
  authIssuer: setting('AUTH_ISSUER', z.string().default('newsroom'), 'the `iss` that bearer tokens carry'),
  authAudience: setting(
    'AUTH_AUDIENCE',
    z.string().default('newsroom'),
    'the `aud` that bearer tokens carry',
  ),
  authKeys: setting(
    ['AUTH_JWKS_URL', 'AUTH_JWKS'],
    KeySource(),
    "the http(s) address of the token issuer's key set, or in AUTH_JWKS a JSON Web Key Set with public keys (may be unset outside production; then no token is accepted)",
  ),
  authRolesClaim: claimSetting('AUTH_ROLES_CLAIM', 'roles'),
  authSubscriberClaim: claimSetting('AUTH_SUBSCRIBER_CLAIM', 'subscriber'),
});

/** Settings of the gateway and of services for anonymous readers: the key that signs reader tokens. */
export const readerSettings = {
  readerKey: secretSetting(
    'READER_KEY',
    z.string().min(32).max(256),
    '32 to 256 characters, random, the same for all services',
  ),
};

/** The address of the site. */
export const siteUrl = setting(
  'SITE_URL',
  envText.url(/^https?$/).default('http://127.0.0.1:8080'),
  'the http(s) address of the site',
);

/** The name of the site. */
export const siteName = setting(
  'SITE_NAME',
  z.string().min(1).max(80).default('Seeblatt'),
  'up to 80 characters',
);

/** Settings of services that accept changes from browsers: the origins whose pages may send them. */
export const originSettings = {
  siteUrl,
  allowedOrigins: setting(
    'ALLOWED_ORIGINS',
    envText.list(),
    'origins such as https://www.example.ch,https://m.example.ch',
  ),
};

/** `DATABASE_URL` names a server, on which each service has a database of its own name; `<SERVICE>_DATABASE_URL` names a database. */
export const databaseSettings = (service: string) => ({
  databaseUrl: setting(
    [`${service.toUpperCase()}_DATABASE_URL`, 'DATABASE_URL'],
    envText.url(/^postgres(ql)?$/),
    'an address such as postgres://user:password@host:5432/name',
  ),
  databasePool: setting(
    'DATABASE_POOL',
    envText.int(2, 200, 10),
    'connections a process may hold, from 2 to 200',
  ),
});

export const cacheSettings = {
  redisUrl: setting(
    'REDIS_URL',
    envText
      .url(/^rediss?$/)
      .optional()
      // With one cache per process, a replica would show a retracted text for half a minute after another has dropped it.
      .refine((url) => url !== undefined || !isProduction()),
    'an address such as redis://:password@host:6379 (may be unset outside production; then each process has its own cache)',
  ),
  redisPrefix: setting(
    'REDIS_PREFIX',
    z.string().max(40).default('newsroom:'),
    'up to 40 characters before every key',
  ),
};

export const portVariable = (service: string): string => `${service.toUpperCase()}_PORT`;

export type ServerConfig = ConfigOf<ReturnType<typeof serverSettings>>;
export type DatabaseConfig = ConfigOf<ReturnType<typeof databaseSettings>>;
export type CacheConfig = ConfigOf<typeof cacheSettings>;
export type ReaderConfig = ConfigOf<typeof readerSettings>;

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

/** The address of a key set, or a key set. Required in production, where a service without keys would refuse every token. */
function KeySource(): z.ZodType<string | JSONWebKeySet | undefined> {
  return z
    .string()
    .optional()
    .transform((value, context) => {
      if (value === undefined && !isProduction()) return undefined;
      const url = envText.url(/^https?$/).safeParse(value);
      if (url.success) return url.data;
      try {
        return KeySet.parse(JSON.parse(value ?? ''));
      } catch {
        context.addIssue('neither an address nor a key set');
        return z.NEVER;
      }
    });
}

function claimSetting(variable: string, fallback: string): Setting<ClaimPath> {
  return setting(
    variable,
    z
      .string()
      .max(300)
      .default(fallback)
      .transform(claimPath)
      .refine((path) => path.every(Boolean)),
    'the path of a claim, such as realm_access.roles (a dot inside a name as \\.), or one named by a URL',
  );
}
