import { isOnPath, run } from './processes.js';

/**
 * Installs a Debian package that has a program tests need, where it is missing, this is Debian and we are root.
 * @throws Error that says what to install.
 */
export async function install(program: string, packageName = program): Promise<void> {
  if (await isOnPath(program)) return;
  if (!(await canInstall())) throw new Error(`Install ${packageName}: these tests need it.`);
  // Only the program is wanted, not a service that starts by itself.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run('apt-get', ['update', '-q'], { env, timeout: 180_000 });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', packageName], {
    env,
    timeout: 300_000,
  });
}

export const canInstall = async (): Promise<boolean> =>
  process.getuid?.() === 0 && (await isOnPath('apt-get'));
