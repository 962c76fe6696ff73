import { runService } from '#bootstrap';
import { pollsApp } from './service.js';

await runService(pollsApp);
