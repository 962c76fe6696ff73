import { runService } from '#bootstrap';
import { recommendationsService } from './service.js';

await runService(recommendationsService);
