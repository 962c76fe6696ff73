import { issueToken, newsroomAddresses, signingKey } from '#embedded';
import { loadDemo } from './load.js';

/** Loads the demo content into the newsroom at GATEWAY_URL and READER_URL, else into the embedded one. */
try {
  const embedded = await newsroomAddresses();
  const gatewayUrl = process.env['GATEWAY_URL'] ?? embedded?.gatewayUrl ?? 'http://127.0.0.1:8000';
  const readerUrl = process.env['READER_URL'] ?? embedded?.readerUrl ?? 'http://127.0.0.1:8080';
  const token = await issueToken(await signingKey(), {
    subject: 'demo',
    roles: ['editor', 'sales'],
    hours: 1,
  });
  await loadDemo({
    gatewayUrl,
    token,
    picturesUrl: `${readerUrl}/pictures`,
    say: (line) => console.log(line),
  });
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
