import { startServices } from './services/start-all.js';

/** Jest's globalSetup: real services, once per run. */
export default async function setup(): Promise<void> {
  // Brokers of tests live for minutes: the second compiler of Java would take more time than it saves.
  process.env['JAVA_TOOL_OPTIONS'] ??= '-XX:TieredStopAtLevel=1';
  (globalThis as { removeTestServices?: () => Promise<void> }).removeTestServices = await startServices(
    process.env,
  );
}
