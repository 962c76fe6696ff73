import type { ServiceDefinition } from '#bootstrap';
import type { ServiceName } from '../../services.js';

/** The definition of a service: what `apps/<name>/src/service.ts` exports as `<name>App`. */
export async function serviceDefinition(name: ServiceName): Promise<ServiceDefinition> {
  const exported = (await import(`../../${name}/src/service.js`)) as Record<string, ServiceDefinition>;
  const definition = exported[`${name}App`];
  if (!definition) throw new Error(`apps/${name}/src/service.ts does not export ${name}App.`);
  return definition;
}
