import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { Argument, Command } from 'commander';
import { createSecrets } from '#embedded';
import { servicesWithDatabase, variableOf } from '../../services.js';

const password = (): string => randomBytes(24).toString('hex');

/** The secrets that a newsroom under Docker Compose needs, by variable. */
async function freshSecrets(): Promise<Record<string, string>> {
  const { readerKey, signingKey, jwks } = await createSecrets();
  return {
    POSTGRES_PASSWORD: password(),
    ...Object.fromEntries(
      servicesWithDatabase.map((name) => [variableOf(name, 'DATABASE_PASSWORD'), password()]),
    ),
    REDIS_PASSWORD: password(),
    READER_KEY: readerKey,
    AUTH_JWKS: JSON.stringify(jwks),
    AUTH_SIGNING_KEY: JSON.stringify(signingKey),
  };
}

/**
 * Adds missing keys and passwords to `file`, which only its owner may read. Existing values stay.
 * @returns the names of the variables that were added.
 */
export async function writeEnv(file: string): Promise<string[]> {
  const before = await readFile(file, 'utf8').catch((error: { code?: string }) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const known = parseEnv(before);
  // Both or neither: one key verifies what the other signs.
  const isSigned = ['AUTH_JWKS', 'AUTH_JWKS_URL', 'AUTH_SIGNING_KEY'].some((name) => known[name]);
  const added = Object.entries(await freshSecrets()).filter(
    ([name]) => !known[name] && !(isSigned && name.startsWith('AUTH_')),
  );
  // Quoted, so that Compose reads the JSON as it is.
  const lines = added.map(([name, value]) => `${name}='${value}'\n`).join('');
  const glue = before === '' || before.endsWith('\n') ? '' : '\n';
  // Renamed into place: a crash must not lose what may be the only copy of a secret.
  await writeFile(`${file}.new`, before + glue + lines, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return added.map(([name]) => name);
}

export const envCommand = (): Command =>
  new Command('env')
    .description('add missing secrets for Docker Compose to an env file; existing values stay')
    .addArgument(new Argument('[file]', 'the env file').default('.env'))
    .action(async (file: string) => {
      const added = await writeEnv(file);
      console.log(added.length > 0 ? `${file}: added ${added.join(', ')}` : `${file}: nothing is missing`);
    });
