import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parseAllDocuments } from 'yaml';
import { Loopback } from '#messaging';
import { startService, type ServiceDefinition } from '#bootstrap';
import { describeWith, testAuth, testDatabase } from '#testing';
import { articlesApp } from '../../apps/articles/src/service.js';
import { commentsApp } from '../../apps/comments/src/service.js';
import { gatewayApp } from '../../apps/gateway/src/service.js';
import { pollsApp } from '../../apps/polls/src/service.js';
import { readerApp } from '../../apps/reader/src/service.js';
import { recommendationsApp } from '../../apps/recommendations/src/service.js';

const folder = join('k8s', 'base');
const databases = join('k8s', 'databases', 'databases.yaml');
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
const withData = ['articles', 'comments', 'polls', 'recommendations'];
const services = [...withData, 'gateway', 'reader'];

interface Container {
  readonly envFrom?: readonly { secretRef?: { name: string } }[];
  readonly env?: readonly { valueFrom: { secretKeyRef: { name: string; key: string } } }[];
}

interface Manifest {
  readonly kind: keyof typeof kinds;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly ports: readonly { port: number }[];
    readonly template: { readonly spec: { readonly containers: readonly [Container] } };
  };
}

let files: string[];
let manifests: Manifest[];

beforeAll(async () => {
  files = (await readdir(folder)).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
  const paths = [...files.map((file) => join(folder, file)), databases];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  manifests = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest));
});

const all = (kind: Manifest['kind']) => manifests.filter((one) => one.kind === kind);
const namesOf = (kind: Manifest['kind']) => all(kind).map(({ metadata }) => metadata.name);
const pods = () => [...all('Deployment'), ...all('Job')];

/** The manifests against the schemas that Kubernetes publishes, and against what every service here must have. */
describe('the Kubernetes manifests', () => {
  it('are valid against the published schemas', () => {
    for (const manifest of manifests) {
      expect(() => new kinds[manifest.kind](manifest as never).validate()).not.toThrow();
    }
  });

  it('would not pass with a field that Kubernetes does not know or of the wrong type', () => {
    const deployment = all('Deployment')[0]!;
    const broken = { ...deployment, spec: { ...deployment.spec, replicas: 'two' } };
    expect(() => new Deployment(broken as never).validate()).toThrow('replicas');
  });

  it('are all listed for kustomize', async () => {
    const [kustomization] = parseAllDocuments(await readFile(join(folder, 'kustomization.yaml'), 'utf8'));
    const { resources } = kustomization!.toJS() as { resources: string[] };
    expect(resources.toSorted()).toEqual(files.toSorted());
  });

  it.each(['Deployment', 'Service', 'PodDisruptionBudget'] as const)('give every service a %s', (kind) => {
    expect(namesOf(kind).toSorted()).toEqual(services.toSorted());
  });

  it('bring the tables of every service with a database up to date, and the topics', () => {
    const migrations = withData.map((name) => `migrate-${name}`);
    expect(namesOf('Job').toSorted()).toEqual([...migrations, 'databases', 'topics'].toSorted());
  });

  it('scale the gateway and the reader with the load', () => {
    expect(namesOf('HorizontalPodAutoscaler').toSorted()).toEqual(['gateway', 'reader']);
    const fixed = all('Deployment').filter(({ spec }) => 'replicas' in spec);
    expect(fixed.map(({ metadata }) => metadata.name).toSorted()).toEqual(withData.toSorted());
  });

  it('give no Pod the variables of other Services', () => {
    for (const { spec } of pods()) expect(spec.template.spec).toMatchObject({ enableServiceLinks: false });
  });

  it('give each service the Secret of its own name and no other, the reader none', () => {
    const secrets = all('Deployment').map(({ metadata, spec }) => [
      metadata.name,
      spec.template.spec.containers[0].envFrom!.flatMap(({ secretRef }) => secretRef?.name ?? []),
    ]);
    expect(Object.fromEntries(secrets)).toEqual({
      ...Object.fromEntries([...withData, 'gateway'].map((name) => [name, [name]])),
      reader: [],
    });
  });

  it('give a migration the address of its database and nothing else', () => {
    const migrations = all('Job').filter(({ metadata }) => metadata.name.startsWith('migrate-'));
    expect(
      migrations.map(({ spec }) => {
        const { env, envFrom } = spec.template.spec.containers[0];
        return [envFrom, ...env!.map(({ valueFrom }) => valueFrom.secretKeyRef)];
      }),
    ).toEqual(withData.map((name) => [undefined, { name, key: `${name.toUpperCase()}_DATABASE_URL` }]));
  });

  it('run every container without root, rights or a disk to write to, within limits', () => {
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
  /** What the kubelet gives a Pod for the Services of its namespace unless it is told not to. */
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

  it.each<[string, ServiceDefinition]>([
    ['articles', articlesApp],
    ['comments', commentsApp],
    ['polls', pollsApp],
    ['recommendations', recommendationsApp],
    ['gateway', gatewayApp],
    ['reader', readerApp],
  ] as [string, ServiceDefinition][])(
    '%s starts with the variables that are injected for the Services',
    async (name, definition) => {
      const [database, { env }] = await Promise.all([testDatabase(name), testAuth()]);
      const service = await startService(definition, {
        env: {
          ...env,
          ...serviceLinks(),
          LOG_LEVEL: 'silent',
          // An address of its own, since the ports are the standard ones here.
          HOST: '127.77.0.1',
          OPERATIONS_PORT: '0',
          [`${name.toUpperCase()}_DATABASE_URL`]: database.url,
        },
        migrate: true,
        providers: [{ provide: Loopback, useValue: new Loopback() }],
      });
      const port = all('Service').find(({ metadata }) => metadata.name === name)!.spec.ports[0]!.port;
      expect(service.url).toBe(`http://127.77.0.1:${port}`);
      await service.stop();
      await database.drop();
    },
  );
});
