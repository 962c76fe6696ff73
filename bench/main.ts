import { startServices } from '#testing';
import { measureBackbone } from './backbone.js';
import { measureComments } from './comments.js';
import { measurePublishing } from './publishing.js';
import { measureReading } from './reading.js';
import { measureSchedules } from './schedules.js';
import { measureSearch } from './search.js';

/**
 * Runs all benchmarks (`npm run bench`) or some of them (`npm run bench -- backbone schedules`), with services that it
 * starts on this machine. Machines are noisy: compare only figures of one run.
 */
const benches = {
  backbone: measureBackbone,
  schedules: measureSchedules,
  publishing: measurePublishing,
  reading: measureReading,
  search: measureSearch,
  comments: measureComments,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. Benchmarks: ${Object.keys(benches).join(', ')}.`);
  process.exit(1);
}
const stop = await startServices(process.env, { durable: true });
try {
  for (const [name, run] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`\n# ${name}`);
    await run();
  }
} finally {
  await stop();
}
