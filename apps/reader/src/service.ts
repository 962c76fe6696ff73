import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import staticFiles from '@fastify/static';
import { defineService } from '#bootstrap';
import { AppModule } from './app.module.js';
import { settings } from './config.js';
import { securityHeaders } from './security-headers.js';

export const readerApp = defineService({
  name: 'reader',
  settings,
  module: AppModule,
  async prepare(server, { picturesDir }) {
    server.addHook('onSend', async (_request, reply) => void reply.headers(securityHeaders(reply)));
    if (!existsSync(picturesDir)) return;
    await server.register(staticFiles, { root: resolve(picturesDir), prefix: '/pictures/', maxAge: '30d' });
  },
});
