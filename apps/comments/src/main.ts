import { runService } from '#bootstrap';
import { commentsService } from './service.js';

await runService(commentsService);
