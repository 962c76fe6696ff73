import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { execute, type Identity } from './execute.js';

/** The user that runs the server. PostgreSQL refuses to run as root, so root uses `postgres`, created when missing. */
export async function identityOf(paths: readonly string[]): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  if (!(await postgresUser())) await execute(['useradd', '--system', '--user-group', 'postgres'], {});
  const found = await postgresUser();
  if (!found) {
    throw new Error(
      'PostgreSQL does not run as root, and the user postgres could not be created. Set DATABASE_URL.',
    );
  }
  const [uid, gid] = [Number(found[1]), Number(found[2])];
  const isReachable = (await Promise.all(paths.map(isOpenToAll))).every(Boolean);
  if (isReachable) return { uid, gid };
  // For a checkout below /root: the user may pass through the folders above, but can write only to its own.
  const caps = '-all,+dac_read_search';
  const user = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    // Otherwise access(), which the programs call before they start each other, would ignore the right to pass through.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${caps}`,
    `--ambient-caps=${caps}`,
  ];
  return { uid, gid, prefix: ['setpriv', ...user, '--'] };
}

/** Whether every user may pass through the folders above a path. */
async function isOpenToAll(path: string): Promise<boolean> {
  for (let above = dirname(resolve(path)); ; above = dirname(above)) {
    const mode = await stat(above).then(
      (found) => found.mode,
      () => 0o001,
    );
    if ((mode & 0o001) === 0) return false;
    if (above === dirname(above)) return true;
  }
}

const postgresUser = async () => /^postgres:[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8'));
