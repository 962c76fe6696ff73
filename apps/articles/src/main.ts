import { runService } from '#bootstrap';
import { articlesApp } from './service.js';

await runService(articlesApp);
