import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

export const run = promisify(execFile);

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A free port may be taken by another before its server listens; then everything is tried again with others. */
export async function retried<T>(start: () => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (attempts === 1) throw error;
    return retried(start, attempts - 1);
  }
}

export const isOnPath = (command: string): Promise<boolean> =>
  run('sh', ['-c', `command -v ${command}`]).then(
    () => true,
    () => false,
  );

/** A server process that tests may stop, kill and start again. */
export class Server {
  private child: ChildProcess | undefined;
  private said = '';

  constructor(
    private readonly command: readonly [string, ...string[]],
    private readonly isReady: () => Promise<boolean>,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** @throws Error with its last words when it ends or does not answer within 60 s. */
  async start(): Promise<void> {
    const [file, ...args] = this.command;
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const listen = (chunk: Buffer) => (this.said = (this.said + chunk.toString()).slice(-3_000));
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.unref();
    const deadline = Date.now() + 60_000;
    while (!(await this.isReady().catch(() => false))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${file} did not start: ${this.said.trim().split('\n').slice(-5).join(' | ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Asks it to end and waits until it has. */
  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Ends it in the middle of whatever it does. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Sends a signal and does not wait, such as SIGSTOP to hang it. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // A hung process would never see a gentler signal.
    child.kill('SIGCONT');
    child.kill(signal);
    await ended;
  }
}
