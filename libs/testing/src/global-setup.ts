import { startServices } from './services/start-all.js';

/** Jest's globalSetup: real services, once per run. */
export default async function setup(): Promise<void> {
  (globalThis as { removeTestServices?: () => Promise<void> }).removeTestServices = await startServices(
    process.env,
  );
}
