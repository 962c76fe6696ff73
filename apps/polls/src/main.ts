import { runService } from '#platform';
import { pollsService } from './service.js';

await runService(pollsService);
