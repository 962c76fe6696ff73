import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. Unlike `mkdir` with `recursive` it ends on file systems that never take one,
 * such as /proc, where that call does not return.
 * @throws the file system's error, with its code.
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
