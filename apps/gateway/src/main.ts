import { runService } from '#bootstrap';
import { gatewayService } from './service.js';

await runService(gatewayService);
