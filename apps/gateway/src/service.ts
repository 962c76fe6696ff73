import { defineService } from '#bootstrap';
import { AppModule } from './app.module.js';
import { settings } from './config.js';
import { allowOrigins } from './http/cors.js';
import { addRetryAfter } from './http/retry-after.js';

export const gatewayApp = defineService({
  name: 'gateway',
  settings,
  module: AppModule,
  prepare(server, config) {
    allowOrigins(server, config);
    addRetryAfter(server);
  },
});
