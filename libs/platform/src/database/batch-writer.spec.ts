import { describe, expect, it } from '@jest/globals';
import { CommitOutcomeUnknown } from './commit-outcome.js';
import { isInRequest, withRequest } from '../context/context.js';
import { createLogger } from '../logging/logging.js';
import { BatchWriter, Busy, type BatchLimits, type Outcome } from './batch-writer.js';

interface Round {
  readonly key: string;
  readonly calls: readonly string[];
  readonly end: (error?: Error) => void;
}

/** A writer whose rounds a test ends; calls that start with a minus sign are refused. */
function aWriter({ keysAtOnce = 4, limits }: { keysAtOnce?: number; limits?: Partial<BatchLimits> } = {}) {
  const rounds: Round[] = [];
  const write = (key: string, calls: readonly string[]) =>
    new Promise<Outcome<string>[]>((resolve, reject) => {
      const outcomes = calls.map((call) =>
        call.startsWith('-') ? { refused: new Error(`no ${call}`) } : { result: call.toUpperCase() },
      );
      rounds.push({ key, calls, end: (error) => (error ? reject(error) : resolve(outcomes)) });
    });
  const log = createLogger('test', 'silent');
  const writer = new BatchWriter<string, string>({
    write,
    bytesOf: (call) => call.length,
    keysAtOnce,
    log,
    limits,
  });
  const submit = (key: string, ...calls: string[]) =>
    Promise.allSettled(calls.map((call) => writer.submit(key, call)));
  const batches = () => rounds.map(({ calls }) => calls.join(' '));
  return { writer, rounds, submit, batches };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const result = (value: string) => ({ status: 'fulfilled', value });
const refusal = (message: string) => ({ status: 'rejected', reason: expect.objectContaining({ message }) });
const busy = { status: 'rejected', reason: expect.any(Busy) };
const sqlError = (code: string) => Object.assign(new Error('the server said no'), { code });

describe('a batch writer', () => {
  it('writes outside the request that came first, since its limits and trace do not apply to the others', async () => {
    const contexts: boolean[] = [];
    const writer = new BatchWriter<string, string>({
      write: async (_key, calls) => {
        contexts.push(isInRequest());
        return calls.map((call) => ({ result: call }));
      },
      bytesOf: () => 1,
      keysAtOnce: 1,
      log: createLogger('test', 'silent'),
    });
    await withRequest({ traceparent: undefined, clientAddress: '127.0.0.1' }, () =>
      writer.submit('a', 'one'),
    );
    expect(contexts).toEqual([false]);
  });

  it('writes the calls that arrive during one round in the next, with one outcome per call', async () => {
    const { rounds, submit, batches } = aWriter();
    const all = submit('a', 'one', 'two', '-three', 'four');
    rounds[0]!.end();
    await turn();
    rounds[1]!.end();
    expect(await all).toEqual([result('ONE'), result('TWO'), refusal('no -three'), result('FOUR')]);
    expect(batches()).toEqual(['one', 'two -three four']);
  });

  it('writes one batch per key at a time, and a bounded number of keys at the same time', async () => {
    const { rounds, submit } = aWriter({ keysAtOnce: 2 });
    const all = ['a', 'a', 'b', 'c'].map((key, i) => submit(key, `${key}${i}`));
    expect(rounds.map(({ key }) => key)).toEqual(['a', 'b']);
    rounds[1]!.end();
    await turn();
    // The first key is still being written, and it is the third one's turn.
    expect(rounds.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    for (const round of rounds) round.end();
    await turn();
    rounds[3]!.end();
    await Promise.all(all);
    expect(rounds.map(({ calls }) => calls)).toEqual([['a0'], ['b2'], ['c3'], ['a1']]);
  });

  it('serves keys in turn: a key with many calls does not hold up the others', async () => {
    const { rounds, submit, batches } = aWriter({ keysAtOnce: 1, limits: { batch: 2 } });
    const all = [submit('hot', 'h1', 'h2', 'h3', 'h4', 'h5'), submit('cold', 'c1')];
    for (let i = 0; i < 4; i++) {
      rounds[i]!.end();
      await turn();
    }
    await Promise.all(all);
    expect(batches()).toEqual(['h1', 'h2 h3', 'c1', 'h4 h5']);
  });

  it.each([
    ['one key', { waitingPerKey: 2 }],
    ['all keys', { waiting: 2 }],
    ['all bytes', { waitingBytes: 4 }],
  ])('accepts no more calls than may wait: %s', async (_what, limits) => {
    const { writer, rounds, submit } = aWriter({ limits });
    const all = submit('a', '11', '22', '33', '44');
    expect(writer.waiting).toBe(2);
    rounds[0]!.end();
    await turn();
    rounds[1]!.end();
    expect(await all).toEqual([result('11'), result('22'), result('33'), busy]);
    expect(writer.waiting).toBe(0);
    expect(rounds.flatMap(({ calls }) => calls)).toEqual(['11', '22', '33']);
  });

  it('bounds batches in bytes, but writes at least one call', async () => {
    const { rounds, submit, batches } = aWriter({ limits: { batchBytes: 5 } });
    const all = submit('a', 'x', '123456', '12', '345', '6');
    for (let i = 0; i < 4; i++) {
      rounds[i]!.end();
      await turn();
    }
    await all;
    expect(batches()).toEqual(['x', '123456', '12 345', '6']);
  });

  it('refuses a call that waits too long, and does not write it later', async () => {
    const { writer, rounds, submit, batches } = aWriter({ limits: { waitWithin: 30 } });
    const first = submit('a', 'first');
    expect(await submit('a', 'late')).toEqual([busy]);
    expect(writer.waiting).toBe(0);
    rounds[0]!.end();
    expect(await first).toEqual([result('FIRST')]);
    expect(batches()).toEqual(['first']);
  });

  it('drops a call whose caller went away before its round, and finishes one whose round has begun', async () => {
    const { writer, rounds, batches } = aWriter();
    const callers = [new AbortController(), new AbortController()];
    const calls = callers.map(({ signal }, i) => writer.submit('a', `call ${i}`, signal));
    for (const caller of callers) caller.abort(new Error('gone'));
    const all = Promise.allSettled(calls);
    rounds[0]!.end();
    expect(await all).toEqual([result('CALL 0'), refusal('gone')]);
    await expect(writer.submit('a', 'call 2', callers[0]!.signal)).rejects.toThrow('gone');
    expect(batches()).toEqual(['call 0']);
  });

  it('writes the calls of a batch one by one when one of them makes it fail', async () => {
    const { rounds, submit, batches } = aWriter();
    const all = submit('a', 'x', 'good', 'poison', 'fine');
    const poisoned = sqlError('23514');
    for (const error of [undefined, poisoned, undefined, poisoned, undefined]) {
      rounds.at(-1)!.end(error);
      await turn();
    }
    expect(await all).toEqual([result('X'), result('GOOD'), refusal('the server said no'), result('FINE')]);
    expect(batches()).toEqual(['x', 'good poison fine', 'good', 'poison', 'fine']);
  });

  it.each([
    ['a lost connection', sqlError('08006')],
    ['a missing table', sqlError('42P01')],
    ['a statement that took too long', sqlError('57014')],
    ['an unknown outcome', new CommitOutcomeUnknown(sqlError('XX000'))],
  ])('does not retry a batch after %s', async (_what, error) => {
    const { rounds, submit } = aWriter();
    const all = submit('a', 'x', 'one', 'two');
    rounds[0]!.end();
    await turn();
    rounds[1]!.end(error);
    expect((await all).slice(1)).toEqual([refusal(error.message), refusal(error.message)]);
    expect(rounds).toHaveLength(2);
  });

  it('finishes waiting calls when it closes, and accepts no more', async () => {
    const { writer, rounds, submit } = aWriter();
    const all = submit('a', 'one', 'two');
    const closed = writer.close().then(() => 'closed');
    expect(await submit('a', 'three')).toEqual([busy]);
    rounds[0]!.end();
    await turn();
    rounds[1]!.end();
    expect([await all, await closed]).toEqual([[result('ONE'), result('TWO')], 'closed']);
  });
});
