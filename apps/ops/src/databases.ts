import { Command } from 'commander';
import pg from 'pg';
import { retryUntilReady } from '#jobs';
import { isTransient } from '#platform';
import { servicesWithDatabase, variableOf } from '../../services.js';

interface Target {
  readonly service: string;
  readonly role: string;
  readonly password: string;
  readonly database: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const targetOf = (service: string, address: string): Target => {
  const { username, password, pathname } = new URL(address);
  const [role, secret, database] = [username, password, pathname.slice(1)].map(decodeURIComponent);
  if (!role || !secret || !database) {
    throw new Error(`${variableOf(service, 'DATABASE_URL')} must contain a user, a password and a database.`);
  }
  return { service, role, password: secret, database };
};

/**
 * Creates the role and the database that each `…_DATABASE_URL` names. DATABASE_URL connects as an administrator
 * who may create roles and databases. A role owns its database and may not connect to those of other services.
 * Idempotent: a second run sets changed passwords and takes over tables that another role created.
 */
export async function applyDatabases(env: Env, print: (line: string) => void): Promise<void> {
  const administrator = env['DATABASE_URL'];
  if (!administrator) throw new Error('DATABASE_URL is not set. Set it to connect as an administrator.');
  const targets = servicesWithDatabase.flatMap((service) => {
    const address = env[variableOf(service, 'DATABASE_URL')];
    return address ? [targetOf(service, address)] : [];
  });
  await onServer(administrator, (client) => refuseAdministrators(client, targets));
  for (const target of targets) {
    const { service } = target;
    const created = await onServer(administrator, (client) => createRoleAndDatabase(client, target));
    const own = new URL(administrator);
    own.pathname = `/${encodeURIComponent(target.database)}`;
    await onServer(own.href, (client) => takeOver(client, target));
    print(
      `${service}: role ${target.role}, database ${target.database} ${created ? 'created' : 'up to date'}`,
    );
  }
}

/** A role with more rights than a service needs belongs to somebody else: its password must not be changed. */
async function refuseAdministrators(client: pg.Client, targets: readonly Target[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles
     WHERE rolname = ANY ($1) AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolname = session_user)`,
    [targets.map(({ role }) => role)],
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new Error(`${names} may do more than a service needs. Give each service its own role.`);
}

async function createRoleAndDatabase(
  client: pg.Client,
  { role, password, database }: Target,
): Promise<boolean> {
  const [name, owner] = [client.escapeIdentifier(database), client.escapeIdentifier(role)];
  const exists = async (sql: string, value: string) => (await client.query(sql, [value])).rowCount! > 0;
  const verb = (await exists('SELECT FROM pg_roles WHERE rolname = $1', role)) ? 'ALTER' : 'CREATE';
  await client.query(`${verb} ROLE ${owner} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
  // Anyone but a superuser must be a member of a role to make it an owner.
  const { rowCount: isSuperuser } = await client.query(
    `SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper`,
  );
  if (!isSuperuser) await client.query(`GRANT ${owner} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`);
  const isThere = await exists('SELECT FROM pg_database WHERE datname = $1', database);
  if (isThere) await client.query(`ALTER DATABASE ${name} OWNER TO ${owner}`);
  else await client.query(`CREATE DATABASE ${name} OWNER ${owner} TEMPLATE template0`);
  await client.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
  return !isThere;
}

/** Makes the role the owner of everything in its database except extensions. */
async function takeOver(client: pg.Client, { role }: Target): Promise<void> {
  const owner = client.escapeIdentifier(role);
  // A statement that waits for a lock blocks every later one on that table. The command retries.
  await client.query(`SET lock_timeout = '5s'`);
  await client.query(`ALTER SCHEMA public OWNER TO ${owner}`);
  const { rows } = await client.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND relowner <> $1::regrole
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')`,
    [owner],
  );
  for (const { name } of rows) await client.query(`ALTER TABLE ${name} OWNER TO ${owner}`);
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const printWaiting = (error: unknown): void =>
  console.log(`Postgres is not ready (${(error as Error).message}). Waiting.`);

export const databasesCommand = (): Command =>
  new Command('databases')
    .description('manage the databases of the services')
    .addCommand(
      new Command('apply')
        .description('create a role and a database for each service; DATABASE_URL names an administrator')
        .action(() =>
          retryUntilReady({ isTransient, onRetry: printWaiting }, () =>
            applyDatabases(process.env, (line) => console.log(line)),
          ),
        ),
    );
