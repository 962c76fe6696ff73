import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { waitUntil } from '../timing/wait-until.js';

/** The compiled main file of an app. */
export const mainOf = (app: string): string => resolve('dist', 'apps', app, 'src', 'main.js');

/** A service in a process of its own. */
export class ServiceProcess {
  url = '';
  /** The address of its health and metrics. */
  operationsUrl = '';
  readonly ended: Promise<void>;
  private tail = '';

  private constructor(private readonly child: ChildProcess) {
    this.ended = new Promise((ended) => child.once('exit', () => ended()));
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.tail = (this.tail + chunk.toString()).slice(-20_000)));
    }
  }

  /**
   * @param ready matches what the process prints once it can be used; the first group is its address.
   * @throws Error with its output, if it exits first or is not ready in time.
   */
  static async start(
    file: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    ready: RegExp,
    within = 60_000,
  ): Promise<ServiceProcess> {
    const flags = ['--disable-warning=TimeoutNegativeWarning'];
    const child = spawn(process.execPath, [...flags, file, ...args], {
      // A run starts about a hundred processes. With compiled code kept on disk, each starts a third faster.
      env: { OPERATIONS_PORT: '0', NODE_COMPILE_CACHE: resolve('node_modules', '.cache', 'compile'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new ServiceProcess(child);
    const url = await waitUntil(
      () => {
        const found = ready.exec(started.tail)?.[1];
        if (found === undefined && child.exitCode !== null) throw new Error(`it exited: ${started.tail}`);
        return found;
      },
      { within, what: `${file} ${args.join(' ')}` },
    ).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
    started.url = url;
    started.operationsUrl = /operations(?:Url":"| at )(http[^"\s]+)/.exec(started.tail)?.[1] ?? '';
    return started;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The end of what it has printed. */
  get output(): string {
    return this.tail;
  }

  /** The sum of a metric over all lines that contain each of `labels`; undefined when there is no such line. */
  async metric(name: string, ...labels: string[]): Promise<number | undefined> {
    const text = await (await fetch(`${this.operationsUrl}/metrics`)).text();
    const values = text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
      .map((line) => Number(line.slice(line.lastIndexOf(' '))));
    return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : undefined;
  }

  /** Sends a signal, such as SIGSTOP to hang it, and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}
