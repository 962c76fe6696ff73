import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { Argument, Command } from 'commander';
import { createSecrets } from '#embedded';
import { servicesWithData } from './service-database.js';

export const databasePasswordOf = (service: string): string => `${service.toUpperCase()}_DATABASE_PASSWORD`;

const password = (): string => randomBytes(24).toString('hex');

/** Everything secret that a newsroom under docker compose needs, by the name of its variable. */
async function freshSecrets(): Promise<Record<string, string>> {
  const { readerKey, signingKey, jwks } = await createSecrets();
  return {
    POSTGRES_PASSWORD: password(),
    ...Object.fromEntries(servicesWithData.map((service) => [databasePasswordOf(service), password()])),
    REDIS_PASSWORD: password(),
    READER_KEY: readerKey,
    AUTH_JWKS: JSON.stringify(jwks),
    AUTH_SIGNING_KEY: JSON.stringify(signingKey),
  };
}

/**
 * Writes fresh keys and passwords to `file`, which only its owner may read. What the file has already stays.
 * @returns the names of the variables that were added.
 */
export async function writeEnv(file: string): Promise<string[]> {
  const before = await readFile(file, 'utf8').catch((error: { code?: string }) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const known = parseEnv(before);
  // Both or neither: tokens that one of them signs, the other must verify.
  const isSigned = ['AUTH_JWKS', 'AUTH_JWKS_URL', 'AUTH_SIGNING_KEY'].some((name) => known[name]);
  const added = Object.entries(await freshSecrets()).filter(
    ([name]) => !known[name] && !(isSigned && name.startsWith('AUTH_')),
  );
  // Quoted, so that compose takes the JSON as it is.
  const lines = added.map(([name, value]) => `${name}='${value}'\n`).join('');
  const glue = before === '' || before.endsWith('\n') ? '' : '\n';
  // In one step: these may be the only copies of the secrets.
  await writeFile(`${file}.new`, before + glue + lines, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return added.map(([name]) => name);
}

export const envCommand = (): Command =>
  new Command('env')
    .description('writes fresh secrets for docker compose; what the file has already stays')
    .addArgument(new Argument('[file]', 'where to').default('.env'))
    .action(async (file: string) => {
      const added = await writeEnv(file);
      console.log(
        added.length > 0 ? `${file}: added ${added.join(', ')}` : `${file}: has everything already`,
      );
    });
