import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import type { Secrets } from './secrets.js';

export interface NewsroomAddresses {
  readonly gatewayUrl: string;
  readonly readerUrl: string;
  readonly databaseUrl: string;
}

/** The addresses of the embedded newsroom on this machine, from its data folder. */
export const newsroomAddresses = (): Promise<NewsroomAddresses | undefined> =>
  read<NewsroomAddresses>('newsroom.json');

/** The key that signs tokens: AUTH_SIGNING_KEY, else the key of the embedded newsroom on this machine. */
export async function signingKey(): Promise<JWK> {
  const key = process.env['AUTH_SIGNING_KEY'];
  if (key) return JSON.parse(key) as JWK;
  const secrets = await read<Secrets>('secrets.json');
  if (!secrets) {
    throw new Error('There is no signing key. Set AUTH_SIGNING_KEY, or start the embedded newsroom once.');
  }
  return secrets.signingKey;
}

async function read<T>(file: string): Promise<T | undefined> {
  const folder = process.env['NEWSROOM_DATA_DIR'] || '.newsroom';
  const text = await readFile(join(folder, file), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
