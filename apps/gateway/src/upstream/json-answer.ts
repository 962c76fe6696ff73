import { UpstreamDown } from '../problems.js';
import type { ServiceName } from './service-name.js';

/**
 * The value of a JSON answer.
 * @throws UpstreamDown for bytes that are not JSON.
 */
export function parseAnswer<T>(service: ServiceName, bytes: Buffer): T {
  try {
    return JSON.parse(bytes.toString()) as T;
  } catch {
    throw new UpstreamDown(service);
  }
}

/** @throws UpstreamDown when one of the arrays that the answer should have is missing. */
export function withArrays<T extends object>(service: ServiceName, answer: T, ...names: (keyof T)[]): T {
  const isExpected = names.every((name) => Array.isArray((answer as Partial<T> | null)?.[name]));
  if (!isExpected) throw new UpstreamDown(service);
  return answer;
}
