import { defineService } from '#bootstrap';
import { AppModule } from './app.module.js';
import { settings } from './config.js';
import { database } from './database.js';

export const pollsApp = defineService({ name: 'polls', settings, database, module: AppModule });
