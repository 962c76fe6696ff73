import { z } from 'zod';
import { setting, envText, type ConfigOf } from '#platform';
import { services } from '../../services.js';

export const settings = {
  dataDir: setting('NEWSROOM_DATA_DIR', z.string().default('.newsroom'), 'a writable folder'),
  demo: setting(
    'NEWSROOM_DEMO',
    envText.flag(true),
    'true or false: load the demo content at the first start',
  ),
  readerPort: setting(
    'READER_PORT',
    envText.port(services.reader.port),
    'a port from 0 (any free one) to 65535',
  ),
  gatewayPort: setting(
    'GATEWAY_PORT',
    envText.port(services.gateway.port),
    'a port from 0 (any free one) to 65535',
  ),
};

export type NewsroomConfig = ConfigOf<typeof settings>;

/** The parts that run inside the process unless a variable names an external one. */
export const embeddedParts = (env: NodeJS.ProcessEnv) => ({
  postgres: !env['DATABASE_URL'],
  loopback: !env['KAFKA_BROKERS'],
  cache: !env['REDIS_URL'],
});
