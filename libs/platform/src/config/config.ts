import { z } from 'zod';

/** One setting of a service: where it comes from, what it may be, and the words that say so. */
export interface Setting<T> {
  /** Environment variables, the first one that is set wins. */
  readonly names: readonly string[];
  readonly schema: z.ZodType<T>;
  /** Completes the sentence "Allowed: …". */
  readonly allowed: string;
  readonly secret: boolean;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type ConfigOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

type Env = Readonly<Record<string, string | undefined>>;

/** Declares a setting; `schema` gets the variable's text, or undefined when it is unset or empty. */
export function setting<T>(
  names: string | readonly string[],
  schema: z.ZodType<T>,
  allowed: string,
): Setting<T> {
  return { names: [names].flat(), schema, allowed, secret: false };
}

/** A setting whose value must never be printed, not even when it is wrong. */
export function secret<T>(
  names: string | readonly string[],
  schema: z.ZodType<T>,
  allowed: string,
): Setting<T> {
  return { ...setting(names, schema, allowed), secret: true };
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads all settings at once.
 * @throws ConfigError with one line a wrong variable: its name, the value it had (secrets excepted), what is allowed.
 */
export function readConfig<S extends Settings>(settings: S, env: Env): ConfigOf<S> {
  const config: Record<string, unknown> = {};
  const complaints: string[] = [];
  for (const [key, one] of Object.entries(settings)) {
    const name = one.names.find((candidate) => env[candidate]) ?? one.names[0]!;
    const result = one.schema.safeParse(env[name] || undefined);
    if (result.success) config[key] = result.data;
    else complaints.push(`${name} ${valueShown(env[name], one.secret)}. Allowed: ${one.allowed}.`);
  }
  if (complaints.length > 0) throw new ConfigError(complaints.join('\n'));
  return config as ConfigOf<S>;
}

function valueShown(value: string | undefined, isSecret: boolean): string {
  if (!value) return 'is not set';
  if (isSecret) return 'has a value that is not allowed (not shown, it is a secret)';
  return `is ${JSON.stringify(value.replace(/\/\/[^/@]*@/, '//***@'))}`;
}

/** Schemas for the text of a variable. */
export const text = {
  /** Kubernetes gives Pods variables such as `ARTICLES_PORT=tcp://10.0.0.7:3001` for a Service; those count as unset. */
  port: (standard: number) =>
    z.preprocess(
      (value) => (typeof value === 'string' && value.startsWith('tcp://') ? undefined : value),
      z.coerce.number().int().min(0).max(65_535).default(standard),
    ),
  int: (min: number, max: number, standard: number) =>
    z.coerce.number().int().min(min).max(max).default(standard),
  url: (protocol: RegExp) => z.url({ protocol }),
  flag: (standard: boolean) =>
    z
      .enum(['true', 'false'])
      .default(standard ? 'true' : 'false')
      .transform((value) => value === 'true'),
  list: () =>
    z
      .string()
      .optional()
      .transform((value) =>
        (value ?? '')
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean),
      ),
};
