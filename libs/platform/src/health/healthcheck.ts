/** A container's health check: asks the service in it whether it is ready, 4 s at most. */
const answer = await fetch(`http://127.0.0.1:${process.env['OPERATIONS_PORT']}/health/ready`, {
  signal: AbortSignal.timeout(4_000),
}).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
