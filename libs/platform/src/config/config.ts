import { z } from 'zod';

/** Whether this process runs in production, where nothing may fall back to a default for developers. */
export const isProduction = (): boolean => process.env['NODE_ENV'] === 'production';

/** One setting of a service: where its value comes from and what is allowed. */
export interface Setting<T> {
  /** Environment variables; the first one that is set wins. */
  readonly names: readonly string[];
  readonly schema: z.ZodType<T>;
  /** Completes the sentence "Allowed: …". */
  readonly allowed: string;
  readonly secret: boolean;
}

/** The settings that make up a configuration. */
export type SettingsOf<Config> = { readonly [K in keyof Config]: Setting<Config[K]> };
/** The configuration that settings make up. */
export type ConfigOf<Settings> = {
  readonly [K in keyof Settings]: Settings[K] extends Setting<infer T> ? T : never;
};

type Env = Readonly<Record<string, string | undefined>>;

/** Declares a setting. Its schema receives the text of the variable, or undefined when it is unset or empty. */
export function setting<T>(
  names: string | readonly string[],
  schema: z.ZodType<T>,
  allowed: string,
): Setting<T> {
  return { names: [names].flat(), schema, allowed, secret: false };
}

/** Declares a setting whose value must never be printed, not even when it is wrong. */
export function secretSetting<T>(
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
 * @throws ConfigError with one line per wrong variable: its name, its value (except of secrets) and what is allowed.
 */
export function readConfig<Config extends object>(settings: SettingsOf<Config>, env: Env): Config {
  const config: Record<string, unknown> = {};
  const errors: string[] = [];
  for (const [key, { names, schema, allowed, secret: isSecret }] of Object.entries<Setting<unknown>>(
    settings,
  )) {
    const name = names.find((candidate) => env[candidate]) ?? names[0]!;
    const result = schema.safeParse(env[name] || undefined);
    if (result.success) config[key] = result.data;
    else errors.push(`${name} ${valueShown(env[name], isSecret)}. Allowed: ${allowed}.`);
  }
  if (errors.length > 0) throw new ConfigError(errors.join('\n'));
  return config as Config;
}

function valueShown(value: string | undefined, isSecret: boolean): string {
  if (!value) return 'is not set';
  if (isSecret) return 'has a value that is not allowed (not shown, it is a secret)';
  return `is ${JSON.stringify(value.replace(/\/\/[^/@]*@/, '//***@'))}`;
}

/** Schemas for the text of an environment variable. */
export const envText = {
  /** Kubernetes sets variables such as `ARTICLES_PORT=tcp://10.0.0.7:3001` for a Service; those count as unset. */
  port: (fallback: number) =>
    z.preprocess(
      (value) => (typeof value === 'string' && value.startsWith('tcp://') ? undefined : value),
      z.coerce.number().int().min(0).max(65_535).default(fallback),
    ),
  int: (min: number, max: number, fallback: number) =>
    z.coerce.number().int().min(min).max(max).default(fallback),
  url: (protocol: RegExp) => z.url({ protocol }),
  flag: (fallback: boolean) =>
    z
      .enum(['true', 'false'])
      .default(fallback ? 'true' : 'false')
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
