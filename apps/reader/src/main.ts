import { runService } from '#platform';
import { readerService } from './service.js';

await runService(readerService);
