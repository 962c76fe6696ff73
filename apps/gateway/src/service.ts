import { defineService } from '#platform';
import { AppModule } from './app.module.js';
import { settings } from './config.js';

export const gatewayService = defineService({ name: 'gateway', settings, module: AppModule });
