import { Controller, Get, Header, Inject, Injectable, Optional } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { ForAnyone } from './auth/audience.js';
import { Refused } from './http/problems.js';

/** Whether the service should get requests: not any more once it is stopping. */
@Injectable()
export class Readiness {
  stopping = false;
}

/** For the platform the service runs on; the gateway passes none of these on. */
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly registry: Registry,
    @Optional() @Inject(DataSource) private readonly db: DataSource | undefined,
  ) {}

  /** The process answers. Says nothing of what it depends on: restarting would not mend that. */
  @Get('health/live')
  @ForAnyone()
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The service can do its work. A broker or cache that is away does not count: writes and reads go on without. */
  @Get('health/ready')
  @ForAnyone()
  async ready(): Promise<{ status: 'ok' }> {
    if (this.readiness.stopping) throw new Refused('service.stopping', 503, 'The service is stopping.');
    try {
      await this.db?.query('SELECT 1');
    } catch {
      throw new Refused('service.not-ready', 503, 'The database does not answer.');
    }
    return { status: 'ok' };
  }

  @Get('metrics')
  @ForAnyone()
  @Header('content-type', 'text/plain; version=0.0.4')
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
