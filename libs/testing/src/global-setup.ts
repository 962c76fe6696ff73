import { startServices } from './services/start-services.js';

/** Jest's globalSetup: starts real services, once per run. */
export default async function setup(): Promise<void> {
  // Test brokers live for minutes: Java's second compiler would cost more time than it saves.
  process.env['JAVA_TOOL_OPTIONS'] ??= '-XX:TieredStopAtLevel=1';
  (globalThis as { removeTestServices?: () => Promise<void> }).removeTestServices = await startServices(
    process.env,
  );
}
