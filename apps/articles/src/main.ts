import { runService } from '#bootstrap';
import { articlesService } from './service.js';

await runService(articlesService);
