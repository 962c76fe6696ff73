import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { CurrentActor, declareAudience, refusals, type Audience } from '#http';
import { CACHE, serverSettings, type Actor, type Cache, type Caller } from '#platform';
import { testAuth } from '#testing';
import { defineService } from './service-definition.js';
import { startService, type RunningService } from './start-service.js';

const refuse = refusals({ 'api-key.unknown': [401, 'This needs a valid API key.'] });

/** Programs with an API key, as a service could add them: this class, its decorator and a line in the service's list. */
@Injectable()
class ApiKeys implements Audience<undefined> {
  constructor(@Inject(CACHE) private readonly cache: Cache) {}

  async recognize({ headers }: FastifyRequest): Promise<Caller> {
    const [name] = await this.cache.getMany([String(headers['x-api-key'])]);
    if (!name) throw refuse('api-key.unknown');
    return { actor: { id: `api-key ${name}`, name, roles: [], isSubscriber: false } };
  }
}
const ForApiKeys = () => declareAudience(ApiKeys, undefined);

@Controller()
class TicketsController {
  @Get('tickets')
  @ForApiKeys()
  list(@CurrentActor() actor: Actor): string {
    return `tickets for ${actor.name}`;
  }
}

@Module({ controllers: [TicketsController] })
class FerryModule {}

const ferry = defineService({
  name: 'ferry',
  settings: serverSettings('ferry', 0),
  module: FerryModule,
  audiences: [ApiKeys],
});

describe('a service with an audience of its own', () => {
  const services: RunningService[] = [];
  const start = async (definition: typeof ferry) => {
    const { env } = await testAuth();
    const service = await startService(definition, { env: { ...env, LOG_LEVEL: 'silent' } });
    services.push(service);
    await service.app.get<Cache>(CACHE).put([{ key: 'key-of-the-port', value: 'Port', version: 1 }], 60);
    return service;
  };
  const get = async ({ url }: RunningService, key: string) => {
    const response = await fetch(`${url}/tickets`, { headers: { 'x-api-key': key } });
    const text = await response.text();
    return response.ok ? text : (JSON.parse(text) as { code: string }).code;
  };
  let service: RunningService;

  beforeAll(async () => {
    service = await start(ferry);
  });

  afterAll(async () => {
    for (const running of services) await running.stop();
  });

  it('recognizes its callers and refuses others', async () => {
    expect(await get(service, 'key-of-the-port')).toBe('tickets for Port');
    expect(await get(service, 'another-key')).toBe('api-key.unknown');
  });

  it('refuses everyone when the audience is not in its list', async () => {
    const without = await start({ ...ferry, audiences: [] });
    expect(await get(without, 'key-of-the-port')).toBe('audience.undeclared');
  });
});
