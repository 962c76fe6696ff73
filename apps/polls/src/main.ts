import { runService } from '#bootstrap';
import { pollsService } from './service.js';

await runService(pollsService);
