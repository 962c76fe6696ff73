import { runService } from '#platform';
import { commentsService } from './service.js';

await runService(commentsService);
