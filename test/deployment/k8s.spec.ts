import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parse, parseAllDocuments } from 'yaml';
import { startService } from '#bootstrap';
import { Loopback } from '#messaging';
import { describeWith, testAuth, testDatabase } from '#testing';
import { serviceDefinition } from '../../apps/newsroom/src/service-definition.js';
import {
  serviceNames,
  serviceOf,
  services,
  servicesWithDatabase,
  variableOf,
  type ServiceName,
} from '../../apps/services.js';
import { build, type Tree } from './kustomize.js';

const execFileAsync = promisify(execFile);
const folder = join('k8s', 'base');
const databases = join('k8s', 'databases');
const kinds = {
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
};
interface Container {
  readonly ports?: readonly { containerPort: number }[];
  readonly envFrom?: readonly { secretRef?: { name: string } }[];
  readonly env?: readonly { valueFrom: { secretKeyRef: { name: string; key: string } } }[];
}

interface PodSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { values: string[] }[];
}

interface Port {
  readonly port: number;
  readonly endPort?: number;
}

type Peers = readonly { podSelector?: PodSelector }[];

interface Manifest {
  readonly kind: keyof typeof kinds;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly ports: readonly { port: number }[];
    readonly podSelector: PodSelector;
    readonly egress?: readonly { to?: Peers; ports?: readonly Port[] }[];
    readonly ingress?: readonly { from?: Peers; ports?: readonly Port[] }[];
    readonly template: { readonly spec: { readonly containers: readonly [Container] } };
  };
}

let manifests: Manifest[];

beforeAll(async () => {
  manifests = [...(await build(folder)), ...(await build(databases))] as unknown as Manifest[];
});

const podsSelectedBy = ({ matchLabels, matchExpressions }: PodSelector): string[] =>
  matchExpressions?.[0]?.values ?? Object.values(matchLabels ?? {});
const hasPeer = (peers: Peers = [], name: string): boolean =>
  peers.some(({ podSelector = {} }) => podsSelectedBy(podSelector).includes(name));
const hasPort = (ports: readonly Port[] = [], wanted: number): boolean =>
  ports.some(({ port, endPort = port }) => port <= wanted && wanted <= endPort);

const all = (kind: Manifest['kind']) => manifests.filter((one) => one.kind === kind);
const namesOf = (kind: Manifest['kind']) => all(kind).map(({ metadata }) => metadata.name);
const portOf = (name: string) =>
  all('Service').find(({ metadata }) => metadata.name === name)!.spec.ports[0]!.port;
const hasSecrets = (name: ServiceName): boolean =>
  serviceOf(name).database === true || serviceOf(name).secrets !== undefined;
const pods = () => [...all('Deployment'), ...all('Job')];

/** A manifest as text, without what kustomize adds to all: namespace, labels, version and hash. */
const comparable = (tree: Tree): string =>
  JSON.stringify(tree, (key, value: unknown) => {
    if (key === 'namespace' || key === 'app.kubernetes.io/part-of') return undefined;
    if (key === 'image') return String(value).replace(/^.*\/|:.*$/g, '');
    if (key === 'name') return String(value).replace(/-[a-z0-9]{10}$/, '');
    if (key === 'labels' && Object.keys(value as Tree).join() === 'app.kubernetes.io/part-of') {
      return undefined;
    }
    return value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a.localeCompare(b)))
      : value;
  });

/** Checks the manifests against Kubernetes' published schemas, and against what every service must have. */
describe('the Kubernetes manifests', () => {
  it('are valid against the published schemas', () => {
    for (const manifest of manifests) {
      expect(() => new kinds[manifest.kind](manifest as never).validate()).not.toThrow();
    }
  });

  it('would not pass with an unknown field or a wrong type', () => {
    const deployment = all('Deployment')[0]!;
    const broken = { ...deployment, spec: { ...deployment.spec, replicas: 'two' } };
    expect(() => new Deployment(broken as never).validate()).toThrow('replicas');
  });

  it('are all listed for kustomize', async () => {
    const { resources } = parse(await readFile(join(folder, 'kustomization.yaml'), 'utf8')) as {
      resources: string[];
    };
    const entries = await readdir(folder);
    const listed = entries.filter((name) => !['kustomization.yaml', 'settings.env'].includes(name));
    expect(resources.toSorted()).toEqual(listed.toSorted());
  });

  it('are built the same by kubectl, if it is installed', async () => {
    const built = await execFileAsync('kubectl', ['kustomize', folder]).catch((error: { code?: string }) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!built) return;
    const documents = parseAllDocuments(built.stdout).map((document) => document.toJS() as Tree);
    const ours = await build(folder);
    expect(
      documents
        .filter(({ kind }) => kind !== 'ConfigMap')
        .map(comparable)
        .toSorted(),
    ).toEqual(ours.map(comparable).toSorted());
  });

  it.each(['Deployment', 'Service', 'PodDisruptionBudget'] as const)('give every service a %s', (kind) => {
    expect(namesOf(kind).toSorted()).toEqual(serviceNames.toSorted());
  });

  it('migrate every database, and apply the topics', () => {
    const migrations = servicesWithDatabase.map((name) => `migrate-${name}`);
    expect(namesOf('Job').toSorted()).toEqual([...migrations, 'databases', 'topics'].toSorted());
  });

  it('scale the gateway and the reader with their load', () => {
    expect(namesOf('HorizontalPodAutoscaler').toSorted()).toEqual(['gateway', 'reader']);
    const fixed = all('Deployment').filter(({ spec }) => 'replicas' in spec);
    expect(fixed.map(({ metadata }) => metadata.name).toSorted()).toEqual(servicesWithDatabase.toSorted());
  });

  it('give every service the port that it listens on', () => {
    const ports = serviceNames.map((name) => [name, services[name].port] as const);
    expect(serviceNames.map((name) => [name, portOf(name)])).toEqual(ports);
    const containers = all('Deployment').map(({ metadata, spec }) => [
      metadata.name,
      spec.template.spec.containers[0].ports![0]!.containerPort,
    ]);
    expect(Object.fromEntries(containers)).toEqual(Object.fromEntries(ports));
  });

  it('set the port of every service, and the address of every called one', async () => {
    const settings = parseEnv(await readFile(join(folder, 'settings.env'), 'utf8'));
    const called = new Set(serviceNames.flatMap((name) => serviceOf(name).calls ?? []));
    for (const name of serviceNames) {
      const port = String(services[name].port);
      expect(settings[variableOf(name, 'PORT')]).toBe(port);
      expect(settings[variableOf(name, 'URL')]).toBe(called.has(name) ? `http://${name}:${port}` : undefined);
    }
  });

  it('allow every service the traffic that it needs and no more', () => {
    const podsOf = (policy: string): string[] => {
      return podsSelectedBy(
        all('NetworkPolicy').find(({ metadata }) => metadata.name === policy)!.spec.podSelector,
      );
    };
    const migrations = servicesWithDatabase.map((name) => `migrate-${name}`);
    expect(podsOf('to-postgres').toSorted()).toEqual([...servicesWithDatabase, ...migrations].toSorted());
    expect(podsOf('to-kafka').toSorted()).toEqual([...servicesWithDatabase, 'topics'].toSorted());
    expect(podsOf('to-redis')).toEqual(
      serviceNames.filter((name) => serviceOf(name).secrets?.includes('REDIS_URL')),
    );
    expect(podsOf('behind-the-gateway').toSorted()).toEqual([...services.gateway.calls].toSorted());
  });

  it.each(
    serviceNames.flatMap((caller) => (serviceOf(caller).calls ?? []).map((called) => [caller, called])),
  )('let the %s call %s on its port', (caller, called) => {
    const egress = all('NetworkPolicy').filter(({ spec }) =>
      podsSelectedBy(spec.podSelector).includes(caller),
    );
    const ingress = all('NetworkPolicy').filter(({ spec }) =>
      podsSelectedBy(spec.podSelector).includes(called),
    );
    const { port } = services[called as keyof typeof services];
    expect(
      egress.some(({ spec }) =>
        spec.egress?.some(({ to, ports }) => hasPeer(to, called) && hasPort(ports, port)),
      ),
    ).toBe(true);
    expect(
      ingress.some(({ spec }) =>
        spec.ingress?.some(({ from, ports }) => (!from || hasPeer(from, caller)) && hasPort(ports, port)),
      ),
    ).toBe(true);
  });

  it('have a Secret in the example for every service with secrets', async () => {
    const { secretGenerator } = parse(
      await readFile(join('k8s', 'example', 'kustomization.yaml'), 'utf8'),
    ) as { secretGenerator: { name: string }[] };
    const names = serviceNames.filter(hasSecrets);
    expect(secretGenerator.map(({ name }) => name).toSorted()).toEqual([...names, 'databases'].toSorted());
  });

  it('give no Pod the variables of other Services', () => {
    for (const { spec } of pods()) expect(spec.template.spec).toMatchObject({ enableServiceLinks: false });
  });

  it('give each service only its own Secret, and the reader none', () => {
    const secrets = all('Deployment').map(({ metadata, spec }) => [
      metadata.name,
      spec.template.spec.containers[0].envFrom!.flatMap(({ secretRef }) => secretRef?.name ?? []),
    ]);
    expect(Object.fromEntries(secrets)).toEqual({
      ...Object.fromEntries(serviceNames.map((name) => [name, hasSecrets(name) ? [name] : []])),
      reader: [],
    });
  });

  it('give a migration only the address of its database', () => {
    const migrations = all('Job').filter(({ metadata }) => metadata.name.startsWith('migrate-'));
    expect(
      migrations.map(({ spec }) => {
        const { env, envFrom } = spec.template.spec.containers[0];
        return [envFrom, ...env!.map(({ valueFrom }) => valueFrom.secretKeyRef)];
      }),
    ).toEqual(
      servicesWithDatabase.map((name) => [undefined, { name, key: variableOf(name, 'DATABASE_URL') }]),
    );
  });

  it('run every container without root, capabilities or a writable disk, within limits', () => {
    for (const { spec } of pods()) {
      expect(spec.template.spec).toMatchObject({ securityContext: { runAsNonRoot: true } });
      expect(spec.template.spec.containers).toEqual([
        expect.objectContaining({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: {
            requests: expect.anything(),
            limits: expect.objectContaining({ memory: expect.anything() }),
          },
        }),
      ]);
    }
  });
});

describeWith('postgres')('on Kubernetes', () => {
  /** The variables that the kubelet sets by default for the Services of a Pod's namespace. */
  const serviceLinks = () =>
    Object.fromEntries(
      all('Service').flatMap(({ metadata, spec }, i) => {
        const [name, host, port] = [metadata.name.toUpperCase(), `10.96.0.${i + 10}`, spec.ports[0]!.port];
        const address = `tcp://${host}:${port}`;
        return [
          [`${name}_SERVICE_HOST`, host],
          [`${name}_SERVICE_PORT`, String(port)],
          [`${name}_SERVICE_PORT_HTTP`, String(port)],
          [`${name}_PORT`, address],
          [`${name}_PORT_${port}_TCP`, address],
          [`${name}_PORT_${port}_TCP_PROTO`, 'tcp'],
          [`${name}_PORT_${port}_TCP_PORT`, String(port)],
          [`${name}_PORT_${port}_TCP_ADDR`, host],
        ];
      }),
    );

  it.each(serviceNames)('%s starts with the variables that Kubernetes injects for Services', async (name) => {
    const [database, { env }] = await Promise.all([testDatabase(name), testAuth()]);
    const service = await startService(await serviceDefinition(name), {
      env: {
        ...env,
        ...serviceLinks(),
        LOG_LEVEL: 'silent',
        // An address of its own, since the ports are the standard ones here.
        HOST: '127.77.0.1',
        OPERATIONS_PORT: '0',
        [variableOf(name, 'DATABASE_URL')]: database.url,
      },
      migrate: true,
      providers: [{ provide: Loopback, useValue: new Loopback() }],
    });
    expect(service.url).toBe(`http://127.77.0.1:${portOf(name)}`);
    await service.stop();
    await database.drop();
  });
});
