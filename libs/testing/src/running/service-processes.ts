import { createSecrets, issueToken, type Secrets } from '#embedded';
import type { Role } from '#platform';
import { testDatabase, type TestDatabase } from '../services/test-database.js';
import { addressOf, testPrefix } from '../services/test-services.js';
import { createTopics } from '../services/test-topics.js';
import { mainOf, ServiceProcess } from './service-process.js';

/** The services of one test, each in one or more processes, on real Postgres and Kafka, separate from all other tests. */
export class ServiceProcesses {
  private readonly databases: TestDatabase[] = [];
  private readonly processes: ServiceProcess[] = [];

  private constructor(
    readonly brokers: string,
    /** The prefix of its topics and consumer groups. */
    readonly prefix: string,
    /** The environment of every process; {@link createDatabase} adds the addresses of databases. */
    readonly env: NodeJS.ProcessEnv,
    private readonly secrets: Secrets,
  ) {}

  static async create(brokers = addressOf('kafka')): Promise<ServiceProcesses> {
    const prefix = testPrefix();
    const secrets = await createSecrets();
    await createTopics(brokers, prefix);
    const env = {
      ...process.env,
      // Services log their address at this level.
      LOG_LEVEL: 'info',
      READER_KEY: secrets.readerKey,
      AUTH_JWKS: JSON.stringify(secrets.jwks),
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC_PREFIX: prefix,
    };
    return new ServiceProcesses(brokers, prefix, env, secrets);
  }

  /** The key that signs the tokens of anonymous readers. */
  get readerKey(): string {
    return this.secrets.readerKey;
  }

  token(...roles: Role[]): Promise<string> {
    return issueToken(this.secrets.signingKey, { subject: 'desk', roles, hours: 1 });
  }

  /** Creates a service's database and its tables. */
  async createDatabase(service: string): Promise<TestDatabase> {
    const database = await testDatabase(service);
    this.databases.push(database);
    this.env[`${service.toUpperCase()}_DATABASE_URL`] = database.url;
    await ServiceProcess.start(mainOf(service), ['migrate'], this.env, /(ran|up to date)/);
    return database;
  }

  /** Starts one more process of a service on a free port; resolves as soon as it listens. */
  async start(service: string, env: NodeJS.ProcessEnv = {}): Promise<ServiceProcess> {
    const settings = { ...this.env, [`${service.toUpperCase()}_PORT`]: '0', ...env };
    const started = await ServiceProcess.start(mainOf(service), [], settings, /"url":"([^"]+)"/);
    this.processes.push(started);
    return started;
  }

  /** Kills all processes and drops all databases. */
  async remove(): Promise<void> {
    await Promise.all(this.processes.map((started) => started.kill()));
    await Promise.all(this.databases.map((database) => database.drop()));
  }
}
