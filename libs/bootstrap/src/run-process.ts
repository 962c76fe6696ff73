/** Milliseconds that a stopping process has for everything: first requests, then events and connections. */
const STOP_WITHIN = 40_000;

/**
 * Starts, waits for SIGTERM or SIGINT, and stops. A failure is one line on stderr and exit code 1.
 * @param start gets a signal that aborts when the process should stop before it has started.
 */
export async function runProcess(
  name: string,
  start: (signal: AbortSignal) => Promise<() => Promise<void>>,
): Promise<void> {
  const stopping = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => {
      // Counts from the signal, so that neither a hanging start nor a hanging stop keeps the process alive.
      setTimeout(
        () => exitWith(name, new Error(`not stopped within ${STOP_WITHIN / 1000} s`)),
        STOP_WITHIN,
      ).unref();
      resolve();
    });
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  try {
    const stop = await start(stopping.signal);
    await signalled;
    await stop();
    process.exit(0);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    exitWith(name, error);
  }
}

/** Ends the process with exit code 1 and the error in one line. */
export function exitWith(name: string, error: unknown): never {
  const message = error instanceof Error && error.message ? error.message : String(error);
  process.stderr.write(`${name}: ${message}\n`);
  process.exit(1);
}
