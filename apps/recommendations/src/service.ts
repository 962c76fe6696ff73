import { defineService } from '#bootstrap';
import { AppModule } from './app.module.js';
import { settings } from './config.js';
import { database } from './database.js';

export const recommendationsApp = defineService({
  name: 'recommendations',
  settings,
  database,
  module: AppModule,
});
