import { spawn, type ChildProcess } from 'node:child_process';

/** Retries with new ports: another process may take a free port before our server listens on it. */
export async function retried<T>(start: () => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (attempts === 1) throw error;
    return retried(start, attempts - 1);
  }
}

/** Milliseconds within which a server is ready, even on a busy machine. */
const READY_WITHIN = 120_000;

/** A server process that tests may stop, kill and start again. */
export class Server {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(
    private readonly command: readonly [string, ...string[]],
    private readonly isReady: () => Promise<boolean>,
  ) {}

  /** @throws Error with the end of its output, if it exits or is not ready within two minutes. */
  async start(): Promise<void> {
    const [file, ...args] = this.command;
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const listen = (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-3_000));
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.unref();
    const deadline = Date.now() + READY_WITHIN;
    while (!(await this.isReady().catch(() => false))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${file} did not start: ${this.output.trim().split('\n').slice(-5).join(' | ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Asks it to exit and waits until it has. */
  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Kills it, whatever it is doing. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Sends a signal, such as SIGSTOP to hang it, and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    // A stopped process does not handle SIGTERM until it continues.
    child.kill('SIGCONT');
    child.kill(signal);
    await exited;
  }
}
