import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** A Kubernetes manifest, as a tree of values. */
export type Tree = { [key: string]: unknown };

interface Kustomization {
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly replacements?: readonly Replacement[];
  readonly patches?: readonly { readonly target: { readonly kind: string }; readonly patch: string }[];
}

interface Replacement {
  readonly source: { readonly kind: string; readonly fieldPath: string };
  readonly targets: readonly {
    readonly select: { readonly kind: string };
    readonly fieldPaths: readonly string[];
    readonly options?: { readonly delimiter: string; readonly index: number };
  }[];
}

interface Operation {
  readonly op: 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/**
 * Builds a folder as `kubectl kustomize` does, as far as these manifests use it: resources, components,
 * replacements and JSON patches. It leaves out labels, images and generated ConfigMaps. Needs no program, so that the
 * manifests are checked on every machine; where there is a kubectl, a test compares the two.
 */
export async function build(folder: string, outer: Tree[] = []): Promise<Tree[]> {
  const kustomization = parse(await readFile(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
  let trees = outer;
  for (const name of kustomization.resources ?? []) {
    trees = [...trees, ...(await resources(join(folder, name)))];
  }
  // A component changes what the folder has so far.
  for (const name of kustomization.components ?? []) trees = await build(join(folder, name), trees);
  const ofKind = (kind: string): Tree[] => trees.filter((tree) => tree['kind'] === kind);
  for (const { target, patch } of kustomization.patches ?? []) {
    for (const tree of ofKind(target.kind)) for (const one of parse(patch) as Operation[]) change(tree, one);
  }
  for (const { source, targets } of kustomization.replacements ?? []) {
    const [from, ...others] = ofKind(source.kind);
    if (!from || others.length > 0) throw new Error(`${folder}: not exactly one ${source.kind}`);
    const value = read(from, steps(source.fieldPath));
    for (const { select, fieldPaths, options } of targets) {
      for (const tree of ofKind(select.kind)) {
        for (const path of fieldPaths) {
          write(tree, steps(path), replaced(read(tree, steps(path)), value, options));
        }
      }
    }
  }
  return trees;
}

async function resources(path: string): Promise<Tree[]> {
  if ((await stat(path)).isDirectory()) return build(path);
  return parseAllDocuments(await readFile(path, 'utf8')).map((document) => document.toJS() as Tree);
}

/** `spec.labels.[app.kubernetes.io/name]` in steps. */
const steps = (fieldPath: string): string[] =>
  [...fieldPath.matchAll(/\[([^\]]+)\]|([^.[\]]+)/g)].map(([, quoted, plain]) => (quoted ?? plain)!);

function read(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, step) => {
    const value = (inner as Tree | undefined)?.[step];
    if (value === undefined) throw new Error(`there is no ${path.join('.')}`);
    return value;
  }, tree);
}

function write(tree: Tree, path: readonly string[], value: unknown): void {
  const parent = read(tree, path.slice(0, -1)) as Tree;
  parent[path.at(-1)!] = value;
}

function replaced(old: unknown, value: unknown, options?: { delimiter: string; index: number }): unknown {
  if (!options) return value;
  return String(old).split(options.delimiter).with(options.index, String(value)).join(options.delimiter);
}

function change(tree: Tree, { op, path, value }: Operation): void {
  const way = path.split('/').slice(1);
  read(tree, way);
  if (op === 'replace') return write(tree, way, value);
  const parent = read(tree, way.slice(0, -1)) as Tree | unknown[];
  if (Array.isArray(parent)) parent.splice(Number(way.at(-1)), 1);
  else delete parent[way.at(-1)!];
}
