/** A container's health check: asks the service at HEALTH_URL whether it is ready, 4 s at most. */
const answer = await fetch(process.env['HEALTH_URL'] ?? '', { signal: AbortSignal.timeout(4_000) }).catch(
  () => undefined,
);
process.exit(answer?.ok ? 0 : 1);
