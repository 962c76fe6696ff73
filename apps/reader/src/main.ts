import { runService } from '#bootstrap';
import { readerService } from './service.js';

await runService(readerService);
