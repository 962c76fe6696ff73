import { Counter, Gauge, Registry } from 'prom-client';
import { createClient, defineScript } from 'redis';
import { Backoff, pause, withDeadline } from '#jobs';
import type { Logger } from '../logging/logging.js';
import { FORGOTTEN, type Cache, type CacheEntry } from './cache.js';
import { UnconfirmedChanges } from './unconfirmed-changes.js';

/** Stores `version:value` under each key unless a newer version is stored. ARGV: seconds, then version and value per key. */
const putNewer = defineScript({
  SCRIPT: `
for i, key in ipairs(KEYS) do
  local version, value = ARGV[2 * i], ARGV[2 * i + 1]
  local held = redis.call('GET', key)
  local heldVersion = held and tonumber(string.match(held, '^(%d+):'))
  if not heldVersion or heldVersion <= tonumber(version) then
    redis.call('SET', key, version .. ':' .. value, 'EX', ARGV[1])
  end
end`,
  parseCommand(parser, keys: string[], args: string[]) {
    parser.pushKeysLength(keys);
    parser.push(...args);
  },
  transformReply: () => true,
});

/** Milliseconds. A page calls the cache twice, and a cache that is slower than the database does not help. */
const deadlines = { connect: 2_000, command: 100 };
/** Milliseconds after which a connection counts as stable, so that the next failure starts with the shortest wait. */
const PROVEN = 10_000;
/** Unconfirmed changes per command. */
const BATCH = 500;
/** A write that tests whether Redis is usable: a full one or a replica still answers PING. */
const PROBE: CacheEntry = { key: 'probe', version: 0, value: FORGOTTEN };

const clientFor = (url: string) =>
  createClient({
    url,
    scripts: { putNewer },
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    // No timeout of the client: it only covers the writing of a command, and a hanging Redis still accepts commands.
    socket: { connectTimeout: deadlines.connect, reconnectStrategy: false },
  });
type Client = ReturnType<typeof clientFor>;

/**
 * The cache in Redis, behind a circuit breaker. A command that fails or times out opens the circuit: the connection is
 * destroyed with all pending commands, and every call misses at once. In the background, one connection at a time is
 * tried; the circuit closes when Redis has accepted a test write and the unconfirmed changes.
 */
export class RedisCache implements Cache {
  /** The connection in use; undefined while the circuit is open. */
  private client: Client | undefined;
  /** The connection that is being tried. */
  private candidate: Client | undefined;
  private connectedAt = -Infinity;
  private isReported = false;
  private readonly unconfirmed = new UnconfirmedChanges();
  private readonly backoff = new Backoff(100, 5_000);
  private readonly closing = new AbortController();
  private readonly available: Gauge;
  private readonly failures: Counter;

  constructor(
    private readonly url: string,
    private readonly prefix: string,
    private readonly log: Logger,
    registry = new Registry(),
  ) {
    const registers = [registry];
    this.available = new Gauge({
      name: 'cache_available',
      help: '1 while Redis is used, 0 while everything is read from the database.',
      registers,
    });
    this.failures = new Counter({
      name: 'cache_failures_total',
      help: 'Failures and timeouts of Redis; after each, it is not used until it works again.',
      registers,
    });
    // Connects in the background, since a service starts without its cache.
    void this.connect(0);
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    if (keys.length === 0) return [];
    const held = await this.ask((client) => client.mGet(keys.map((key) => this.prefix + key)));
    return keys.map((_, i) => valueOf(held?.[i]));
  }

  async offer(entries: readonly CacheEntry[], seconds: number): Promise<void> {
    if (entries.length > 0) await this.ask((client) => this.write(client, entries, seconds));
  }

  async put(entries: readonly CacheEntry[], seconds: number): Promise<void> {
    if (entries.length === 0) return;
    this.unconfirmed.add(entries, seconds);
    if (await this.ask((client) => this.write(client, entries, seconds))) this.unconfirmed.settle(entries);
  }

  async forget(keys: readonly string[], version: number, seconds: number): Promise<void> {
    await this.put(
      keys.map((key) => ({ key, value: FORGOTTEN, version })),
      seconds,
    );
  }

  async close(): Promise<void> {
    this.closing.abort();
    for (const client of [this.client, this.candidate]) if (client) destroy(client);
    this.client = undefined;
  }

  /** @returns undefined without an answer. Never rejects. */
  private async ask<T>(command: (client: Client) => Promise<T>): Promise<T | undefined> {
    const { client } = this;
    if (!client) return undefined;
    try {
      return await withDeadline(deadlines.command, command(client));
    } catch (error) {
      this.failed(client, error);
      return undefined;
    }
  }

  private write(client: Client, entries: readonly CacheEntry[], seconds: number): Promise<boolean> {
    return client.putNewer(
      entries.map(({ key }) => this.prefix + key),
      [String(seconds), ...entries.flatMap(({ version, value }) => [String(version), value])],
    );
  }

  private failed(client: Client, error: unknown): void {
    if (client !== this.client) return;
    this.client = undefined;
    destroy(client);
    this.available.set(0);
    this.failures.inc();
    this.report(error);
    if (performance.now() - this.connectedAt > PROVEN) this.backoff.reset();
    void this.connect(this.backoff.next());
  }

  /** Tries one connection after another until one works, the first after `wait` milliseconds. */
  private async connect(wait: number): Promise<void> {
    const { signal } = this.closing;
    await pause(wait, signal);
    while (!signal.aborted) {
      const client = clientFor(this.url);
      this.candidate = client;
      client.on('error', (error: unknown) => this.failed(client, error));
      try {
        await withDeadline(deadlines.connect, client.connect());
        await withDeadline(deadlines.command, this.write(client, [PROBE], 1));
        await this.sendMissedChanges(client);
        if (signal.aborted) destroy(client);
        else this.use(client);
        return;
      } catch (error) {
        destroy(client);
        this.report(error);
        await pause(this.backoff.next(), signal);
      }
    }
  }

  /** Makes keys miss if Redis has not confirmed their changes. */
  private async sendMissedChanges(client: Client): Promise<void> {
    if (this.unconfirmed.isIncomplete) {
      const { seconds } = this.unconfirmed;
      this.unconfirmed.clear();
      await pause(seconds * 1_000, this.closing.signal);
    }
    let changes: ReturnType<UnconfirmedChanges['next']>;
    while ((changes = this.unconfirmed.next(BATCH)).length > 0) {
      const entries = changes.map((change) => ({ ...change, value: FORGOTTEN }));
      await withDeadline(deadlines.command, this.write(client, entries, this.unconfirmed.seconds));
      this.unconfirmed.settle(changes);
    }
  }

  private use(client: Client): void {
    this.client = client;
    this.connectedAt = performance.now();
    this.available.set(1);
    if (this.isReported) this.log.info('the cache is reachable again');
    this.isReported = false;
  }

  private report(error: unknown): void {
    if (!this.isReported) this.log.warn({ err: error }, 'the cache does not answer; continuing without it');
    this.isReported = true;
  }
}

function valueOf(held: string | null | undefined): string | undefined {
  const colon = held?.indexOf(':') ?? -1;
  return colon < 0 ? undefined : held!.slice(colon + 1) || undefined;
}

function destroy(client: Client): void {
  // destroy() throws when the client has already closed itself.
  if (client.isOpen) client.destroy();
}
