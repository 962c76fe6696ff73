import { createClient } from 'redis';
import type { Logger } from '../logging.js';
import { FORGOTTEN, type Cache, type CacheEntry } from './cache.js';

/** Stores `version:value` under each key unless a newer version is held. ARGV: seconds, then version and value a key. */
const PUT_NEWER = `
for i, key in ipairs(KEYS) do
  local version, value = ARGV[2 * i], ARGV[2 * i + 1]
  local held = redis.call('GET', key)
  local heldVersion = held and tonumber(string.match(held, '^(%d+):'))
  if not heldVersion or heldVersion <= tonumber(version) then
    redis.call('SET', key, version .. ':' .. value, 'EX', ARGV[1])
  end
end`;

/** Milliseconds; a cache slower than the database is no help. */
const deadlines = { connect: 2_000, command: 250 };

const clientFor = (url: string) =>
  createClient({
    url,
    // Without a connection a command fails at once instead of waiting in a queue.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    commandOptions: { timeout: deadlines.command },
    socket: {
      connectTimeout: deadlines.connect,
      reconnectStrategy: (attempt) => Math.min(100 * 2 ** attempt, 3_000) * (0.5 + Math.random() / 2),
    },
  });

export class RedisCache implements Cache {
  private readonly client: ReturnType<typeof clientFor>;
  private reachable = true;

  constructor(
    url: string,
    private readonly prefix: string,
    private readonly log: Logger,
  ) {
    this.client = clientFor(url);
    this.client.on('error', (error: unknown) => this.failed(error));
    this.client.on('ready', () => {
      if (!this.reachable) log.info('the cache is reachable again');
      this.reachable = true;
    });
    // Connects, and keeps trying, in the background: a service starts without its cache.
    this.client.connect().catch((error: unknown) => this.failed(error));
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    if (keys.length === 0) return [];
    try {
      const held = await this.client.mGet(keys.map((key) => this.prefix + key));
      return held.map((entry) => entry?.slice(entry.indexOf(':') + 1) || undefined);
    } catch (error) {
      this.failed(error);
      return keys.map(() => undefined);
    }
  }

  async put(entries: readonly CacheEntry[], seconds: number): Promise<void> {
    if (entries.length === 0) return;
    try {
      await this.client.eval(PUT_NEWER, {
        keys: entries.map(({ key }) => this.prefix + key),
        arguments: [String(seconds), ...entries.flatMap(({ version, value }) => [String(version), value])],
      });
    } catch (error) {
      this.failed(error);
    }
  }

  async forget(keys: readonly string[], version: number, seconds: number): Promise<void> {
    await this.put(
      keys.map((key) => ({ key, value: FORGOTTEN, version })),
      seconds,
    );
  }

  async close(): Promise<void> {
    this.client.destroy();
  }

  private failed(error: unknown): void {
    if (this.reachable) this.log.warn({ err: error }, 'the cache does not answer; going on without it');
    this.reachable = false;
  }
}
