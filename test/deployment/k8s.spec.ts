import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parseAllDocuments } from 'yaml';

const folder = join('k8s', 'base');
const kinds = { Deployment, Job, PodDisruptionBudget, ConfigMap, Service, ServiceAccount };
const services = ['articles', 'comments', 'polls', 'recommendations', 'gateway', 'reader'];

interface Manifest {
  readonly kind: keyof typeof kinds;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template: { readonly spec: { readonly containers: object[] } } };
}

/** The manifests against the schemas that Kubernetes publishes, and against what every service here must have. */
describe('the Kubernetes manifests', () => {
  let files: string[];
  let manifests: Manifest[];

  beforeAll(async () => {
    files = (await readdir(folder)).filter((file) => file !== 'kustomization.yaml');
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    manifests = texts.flatMap((text) =>
      parseAllDocuments(text).map((document) => document.toJS() as Manifest),
    );
  });

  const namesOf = (kind: Manifest['kind']) =>
    manifests.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);

  it('are valid against the published schemas', () => {
    for (const manifest of manifests) {
      expect(() => new kinds[manifest.kind](manifest as never).validate()).not.toThrow();
    }
  });

  it('would not pass with a field that Kubernetes does not know or of the wrong type', () => {
    const deployment = manifests.find(({ kind }) => kind === 'Deployment')!;
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
    const migrations = ['articles', 'comments', 'polls', 'recommendations'].map((name) => `migrate-${name}`);
    expect(namesOf('Job').toSorted()).toEqual([...migrations, 'topics'].toSorted());
  });

  it('run every container without root, rights or a disk to write to, within limits', () => {
    for (const { spec } of manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job')) {
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
