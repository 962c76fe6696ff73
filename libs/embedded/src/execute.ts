import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** The user that runs the server; empty for the user of this process. */
export interface Identity {
  readonly uid?: number;
  readonly gid?: number;
  /** A command prefix that runs a command as that user even below folders that only root may enter. */
  readonly prefix?: readonly string[];
}

/**
 * Runs a command to its end.
 * @param log the log file of the command; its last lines become part of the error.
 * @throws Error in one line when it fails.
 */
export async function execute(
  command: readonly string[],
  { prefix, uid, gid }: Identity,
  log?: string,
): Promise<void> {
  const [file, ...args] = [...(prefix ?? []), ...command] as [string, ...string[]];
  // The server outlives pg_ctl and must not hold our streams, so its output goes to its log.
  const child = spawn(file, args, {
    ...(!prefix && uid !== undefined && { uid, gid }),
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4_000)));
  const code = await new Promise<number | null>((ended, failed) => {
    child.once('error', (error) => failed(new Error(`${file} cannot be run (${error.message}).`)));
    child.once('exit', ended);
  });
  child.stderr.destroy();
  if (code === 0) return;
  const logged = log ? await readFile(log, 'utf8').catch(() => '') : '';
  const lastLines = `${output}\n${logged}`.trim().split('\n').slice(-3).join(' | ');
  throw new Error(
    `PostgreSQL failed in \`${basename(command[0]!)} ${command[1]}\` (exit code ${code}): ${lastLines}`,
  );
}
