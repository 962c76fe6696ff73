/**
 * Waits for `work`, but not longer than `ms` milliseconds; a later result is ignored.
 * @throws DeadlineExceeded
 */
export async function withDeadline<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const exceeded = () => reject(new DeadlineExceeded(`no answer within ${ms} ms`));
    // After a pause of this process, timers run before results that arrived during the pause; those results must win.
    timer = setTimeout(() => setImmediate(exceeded), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}
