import pg from 'pg';

/** Milliseconds until a database that does not answer counts as unavailable. */
const WITHIN = 2_000;

/**
 * Asks the database whether it answers, over a connection of its own: requests that wait for a connection of the pool
 * say nothing about the database, and must not take every replica out of service.
 */
export class DatabaseProbe {
  private client: pg.Client | undefined;
  private underWay: Promise<boolean> | undefined;

  constructor(
    private readonly url: string,
    private readonly service: string,
  ) {}

  /** Calls that come while one is under way get its answer. Takes 4 s at most. */
  answers(): Promise<boolean> {
    this.underWay ??= this.ask().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async ask(): Promise<boolean> {
    try {
      this.client ??= await this.connect();
      await this.client.query('SELECT 1');
      return true;
    } catch {
      // Not awaited: a hanging server does not answer the close either.
      void this.close();
      return false;
    }
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: `${this.service} health`,
      connectionTimeoutMillis: WITHIN,
      query_timeout: WITHIN,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}
