import { runService } from '#bootstrap';
import { commentsApp } from './service.js';

await runService(commentsApp);
