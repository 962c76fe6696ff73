import { runProcess } from '#bootstrap';
import { startNewsroom } from './newsroom.js';

await runProcess('newsroom', async () => {
  const newsroom = await startNewsroom(process.env, (line) => console.log(line));
  return async () => {
    console.log('\nStopping …');
    await newsroom.stop();
    console.log('Stopped.');
  };
});
