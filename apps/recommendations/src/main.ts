import { runService } from '#bootstrap';
import { recommendationsApp } from './service.js';

await runService(recommendationsApp);
