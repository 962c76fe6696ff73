import { runService } from '#platform';
import { articlesService } from './service.js';

await runService(articlesService);
