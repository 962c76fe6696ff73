import { defineService } from '#bootstrap';
import { AppModule } from './app.module.js';
import { settings } from './config.js';
import { database } from './database.js';

export const commentsApp = defineService({ name: 'comments', settings, database, module: AppModule });
