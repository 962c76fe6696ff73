import { defineService } from '#bootstrap';
import { AppModule } from './app.module.js';
import { settings } from './config.js';
import { serveDocs } from './docs/serve-docs.js';
import { allowOrigins } from './http/allow-origins.js';
import { addRetryAfter } from './http/add-retry-after.js';

export const gatewayApp = defineService({
  name: 'gateway',
  settings,
  module: AppModule,
  async prepare(server, config) {
    allowOrigins(server, config);
    addRetryAfter(server);
    await serveDocs(server);
  },
});
