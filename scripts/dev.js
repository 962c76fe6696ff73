import { spawn } from 'node:child_process';
import { watch } from 'node:fs';

/** Builds and restarts the newsroom whenever a source file changes. */

/** Milliseconds of quiet before a restart, so that saving several files restarts once. */
const QUIET = 200;

const run = (command, args) => spawn(command, args, { stdio: 'inherit' });
const ended = (child) => new Promise((resolve) => child.once('exit', resolve));

let newsroom;
let timer;
let restarting = Promise.resolve();

async function restart() {
  const built = await ended(run('npm', ['run', '--silent', 'build']));
  if (built !== 0) return;
  if (newsroom && newsroom.exitCode === null) {
    newsroom.kill('SIGTERM');
    await ended(newsroom);
  }
  newsroom = run(process.execPath, ['--enable-source-maps', 'dist/apps/newsroom/src/main.js']);
}

const queue = () => (restarting = restarting.then(restart));

for (const folder of ['apps', 'libs', 'demo']) {
  watch(folder, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(queue, QUIET);
  });
}
process.on('SIGINT', () => void (newsroom ? ended(newsroom) : Promise.resolve()).then(() => process.exit(0)));
await queue();
