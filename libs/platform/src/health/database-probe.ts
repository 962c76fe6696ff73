import pg from 'pg';

/** Milliseconds until a database that does not answer counts as unavailable. */
const WITHIN = 2_000;

/**
 * Checks whether the database answers, over a connection of its own: while requests wait for connections of the pool,
 * the database can be healthy, and the replica must stay ready.
 */
export class DatabaseProbe {
  private client: pg.Client | undefined;
  private underWay: Promise<boolean> | undefined;

  constructor(
    private readonly url: string,
    private readonly service: string,
  ) {}

  /** Calls during a check share its result. Takes at most 4 s. */
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
      // Not awaited, since closing would wait for a server that hangs.
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
