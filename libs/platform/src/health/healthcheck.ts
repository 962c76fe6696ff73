/** Health check of a container: exits with 0 when its service is ready. Takes at most 4 s. */
const answer = await fetch(`http://127.0.0.1:${process.env['OPERATIONS_PORT']}/health/ready`, {
  signal: AbortSignal.timeout(4_000),
}).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
