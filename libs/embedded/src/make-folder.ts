import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a folder and those above it. Unlike `mkdir` with `recursive`, it also returns on file systems that allow no
 * new folders, such as /proc.
 * @throws the error of the file system, with its code.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EEXIST') return;
    const above = dirname(path);
    const isParentThere = await stat(above).then(
      () => true,
      () => false,
    );
    if (code !== 'ENOENT' || isParentThere) throw error;
    await makeFolder(above);
    await mkdir(path);
  }
}
