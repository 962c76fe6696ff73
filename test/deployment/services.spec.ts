import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { serviceDefinition } from '../../apps/newsroom/src/service-definition.js';
import { serviceNames, serviceOf, services, type ServiceName } from '../../apps/services.js';

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

describe('the registry of services', () => {
  it('lists every app that is a service', async () => {
    const folders = await readdir('apps');
    const areServices = await Promise.all(
      folders.map((name) => exists(join('apps', name, 'src', 'service.ts'))),
    );
    expect(folders.filter((_, i) => areServices[i]).toSorted()).toEqual(serviceNames.toSorted());
  });

  it('gives every service a different port', () => {
    const ports = serviceNames.map((name) => services[name].port);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('lists a service before those that call it', () => {
    for (const [position, name] of serviceNames.entries()) {
      for (const called of serviceOf(name).calls ?? []) {
        expect(serviceNames.slice(0, position)).toContain(called as ServiceName);
      }
    }
  });

  it.each(serviceNames)('agrees with the definition of %s', async (name) => {
    const definition = await serviceDefinition(name);
    expect(definition.name).toBe(name);
    expect(definition.database !== undefined).toBe(serviceOf(name).database === true);
  });
});
