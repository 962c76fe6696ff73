import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from '#embedded';

/** What an embedded newsroom on this machine left for its operator, in its data folder. */
const folder = (): string => process.env['NEWSROOM_DATA_DIR'] || '.newsroom';

async function read<T>(file: string): Promise<T | undefined> {
  const text = await readFile(join(folder(), file), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

export const newsroomSecrets = (): Promise<Secrets | undefined> => read<Secrets>('secrets.json');

export interface NewsroomAddresses {
  readonly gatewayUrl: string;
  readonly readerUrl: string;
  readonly databaseUrl: string;
}

export const newsroomAddresses = (): Promise<NewsroomAddresses | undefined> =>
  read<NewsroomAddresses>('newsroom.json');
