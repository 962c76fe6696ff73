import { runService } from '#platform';
import { recommendationsService } from './service.js';

await runService(recommendationsService);
