import { isOnPath, run } from './commands.js';

/**
 * Installs a program that tests need, if it is missing. Works on Debian as root.
 * @throws Error that says what to install, elsewhere.
 */
export async function install(program: string, packageName = program): Promise<void> {
  if (await isOnPath(program)) return;
  if (!(await canInstall())) throw new Error(`Install ${packageName}: these tests need it.`);
  // RUNLEVEL=1: the package must not start a service by itself.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run('apt-get', ['update', '-q'], { env, timeout: 180_000 });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', packageName], {
    env,
    timeout: 300_000,
  });
}

export const canInstall = async (): Promise<boolean> =>
  process.getuid?.() === 0 && (await isOnPath('apt-get'));
