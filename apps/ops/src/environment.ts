import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { createSecrets } from '#platform';

/** A complete `.env` for docker compose, or the data of the Secret for Kubernetes, with fresh keys and passwords. */
export const environmentCommand = (): Command =>
  new Command('env').description('prints fresh secrets as a .env file: ops env > .env').action(async () => {
    const { readerKey, signingKey, jwks } = await createSecrets();
    const values = {
      POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
      REDIS_PASSWORD: randomBytes(24).toString('hex'),
      READER_KEY: readerKey,
      AUTH_JWKS: JSON.stringify(jwks),
      AUTH_SIGNING_KEY: JSON.stringify(signingKey),
    };
    // Quoted, so that compose takes the JSON as it is.
    for (const [name, value] of Object.entries(values)) console.log(`${name}='${value}'`);
  });
