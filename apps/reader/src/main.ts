import { runService } from '#bootstrap';
import { readerApp } from './service.js';

await runService(readerApp);
