import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '#embedded';

/** The folder that holds all data of an embedded newsroom. One process at a time may use it. */
export class DataFolder {
  private constructor(readonly path: string) {}

  /** @throws Error if the folder is not writable or another newsroom uses it. */
  static async take(folder: string): Promise<DataFolder> {
    const path = resolve(folder);
    try {
      await makeFolder(path);
      await takeLock(join(path, 'newsroom.pid'), path);
    } catch (error) {
      const { code } = error as { code?: string };
      if (!code) throw error;
      throw new Error(
        `The data folder ${path} cannot be used (${code}). Set NEWSROOM_DATA_DIR to a writable folder.`,
        {
          cause: error,
        },
      );
    }
    return new DataFolder(path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async release(): Promise<void> {
    await rm(this.file('newsroom.pid'), { force: true });
  }
}

async function takeLock(file: string, folder: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(file, 'wx', 0o644);
      await handle.writeFile(String(process.pid));
      return await handle.close();
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    if (holder && holder !== process.pid && (await isNewsroom(holder))) {
      throw new Error(
        `A newsroom is already running on ${folder} (process ${holder}). Stop it, or set NEWSROOM_DATA_DIR to another folder.`,
      );
    }
    // Left behind by a process that was killed.
    await rm(file, { force: true });
  }
  throw new Error(`Another newsroom is starting on ${folder}.`);
}

/** Whether the process runs and is a newsroom: the system reuses process ids. */
async function isNewsroom(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'newsroom');
  return command.includes('newsroom');
}

/** Reads a JSON file, or creates it so that only this user may read it. */
export async function jsonFile<T>(file: string, make: () => Promise<T>): Promise<T> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text) return JSON.parse(text) as T;
  const value = await make();
  await writeFile(file, JSON.stringify(value, null, 2), { mode: 0o600 });
  return value;
}
