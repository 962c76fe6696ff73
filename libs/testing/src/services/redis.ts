import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { freePort } from '#embedded';
import { canInstall, install } from './debian.js';
import { isOnPath } from './commands.js';
import { Server } from './server.js';

export interface RedisServer {
  readonly url: string;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Sends a signal, such as SIGSTOP to hang it, and does not wait. */
  signal(signal: NodeJS.Signals): void;
  remove(): Promise<void>;
}

/** `redis-server` is on the PATH, or can be installed (Debian, as root). */
export async function canRunRedis(): Promise<boolean> {
  return (await isOnPath('redis-server')) || (await canInstall());
}

export async function startRedis(): Promise<RedisServer> {
  await install('redis-server');
  const folder = await mkdtemp(join(tmpdir(), 'newsroom-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ];
  const server = new Server(['redis-server', ...options], () => answers(url));
  await server.start();
  return {
    url,
    start: () => server.start(),
    stop: () => server.stop(),
    kill: () => server.kill(),
    signal: (signal) => server.signal(signal),
    remove: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 1_000 } });
  client.on('error', () => undefined);
  await client.connect();
  const pong = await client.ping();
  client.destroy();
  return pong === 'PONG';
}
