import { runService } from '#bootstrap';
import { gatewayApp } from './service.js';

await runService(gatewayApp);
