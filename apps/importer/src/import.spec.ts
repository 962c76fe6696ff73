import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { formatOf } from './format.js';
import { importFile, type ImportOptions } from './import.js';
import type { ImportRequest } from './record.js';
import { ReportFile } from './report-file.js';
import { Sender } from './send.js';
import { ImportSummary } from './import-summary.js';

interface RunOptions extends Partial<ImportOptions> {
  readonly patience?: number;
  readonly summary?: ImportSummary;
}

/** An API whose answers a test sets, and which records its requests. */
class Api {
  readonly got: ImportRequest[] = [];
  atOnce = 0;
  mostAtOnce = 0;
  answer: (request: ImportRequest) => { status: number; body?: object } = () => ({ status: 200 });
  private server!: Server;

  async open(): Promise<string> {
    this.server = createServer((request, response) => {
      this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const sent = JSON.parse(text) as ImportRequest;
        this.got.push(sent);
        const { status, body } = this.answer(sent);
        this.atOnce--;
        const imported = { id: 'x', outcome: 'imported', state: 'published', missing: [] };
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify({ ...imported, ...body }));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => this.server.once('listening', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('an import', () => {
  let api: Api;
  let url: string;
  let folder: string;
  beforeEach(async () => {
    api = new Api();
    url = await api.open();
    folder = await mkdtemp(join(tmpdir(), 'import-'));
  });
  afterEach(async () => {
    await api.close();
    await rm(folder, { recursive: true });
  });

  const file = async (lines: readonly string[], name = 'articles.jsonl'): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, lines.join('\n'));
    return path;
  };
  const records = (count: number) =>
    Array.from({ length: count }, (_, i) => JSON.stringify({ sourceId: `s${i}` }));
  const run = async (
    lines: readonly string[],
    { patience = 300, summary = new ImportSummary(), ...options }: RunOptions = {},
  ) => {
    const sender = new Sender(url, 'token', { patience });
    await importFile(await file(lines), sender, summary, { defaults: {}, concurrency: 4, ...options });
    return summary;
  };

  it('sends every record once, with limited concurrency', async () => {
    const summary = await run(records(200), { concurrency: 4 });
    expect(summary.imported).toBe(200);
    expect(new Set(api.got.map(({ sourceId }) => sourceId)).size).toBe(200);
    expect(api.got).toHaveLength(200);
    expect(api.mostAtOnce).toBeLessThanOrEqual(4);
  });

  it('imports good records and reports bad ones with line and reason', async () => {
    const errors = [{ pointer: '/article/section', detail: 'there is no section «x»' }];
    api.answer = ({ sourceId }) =>
      sourceId === 's1'
        ? { status: 422, body: { code: 'term.unknown', title: 'No', errors } }
        : { status: 200 };
    const summary = await run([...records(3), 'kaputt']);
    expect([summary.imported, summary.bad]).toEqual([2, 2]);
    expect(summary.report()).toContain('line 2 (s1): term.unknown: /article/section there is no section «x»');
    expect(summary.report()).toContain('line 4: is not JSON');
  });

  it('counts articles that are already there, and reports the missing fields of drafts', async () => {
    api.answer = ({ sourceId }) => {
      if (sourceId === 's0') return { status: 200, body: { outcome: 'known' } };
      const missing = [{ pointer: `/body/${sourceId.slice(1)}/picture/alt`, detail: 'is missing' }];
      return { status: 200, body: { state: 'draft', missing } };
    };
    const summary = await run(records(3));
    expect([summary.known, summary.imported, summary.drafts]).toEqual([1, 2, 2]);
    expect(summary.report()).toContain('2 × /body/…/picture/alt is missing');
  });

  it('tries a record three times when the newsroom fails with 500, then reports it as bad', async () => {
    api.answer = ({ sourceId }) => ({ status: sourceId === 's1' ? 500 : 200 });
    const summary = await run(records(3), { patience: 60_000 });
    expect([summary.imported, summary.bad, api.got.length]).toEqual([2, 1, 5]);
  });

  it('sends a record again after an unexpected answer', async () => {
    let answers = 0;
    api.answer = () =>
      answers++ === 0 ? { status: 200, body: { outcome: 'Bitte warten' } } : { status: 200 };
    const summary = await run(records(1), { patience: 60_000 });
    expect([summary.imported, summary.bad, api.got.length]).toEqual([1, 0, 2]);
  });

  it('continues without a record that is never answered while others are', async () => {
    api.answer = ({ sourceId }) => ({ status: sourceId === 's1' ? 503 : 200 });
    const summary = await run(records(300), { concurrency: 2 });
    expect([summary.imported, summary.bad]).toEqual([299, 1]);
    expect(summary.report()).toContain('line 2 (s1): was not answered (status 503), unlike others');
  });

  it('does not send a record that exceeds the limits', async () => {
    const runs = Array.from({ length: 60 }, () => ({ text: '«ü»'.repeat(1_500) }));
    const nested = `{"sourceId":"tief","body":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const large = JSON.stringify({ sourceId: 'gross', body: [{ type: 'paragraph', runs }] });
    const summary = await run([large, nested, ...records(1)]);
    expect(summary.imported).toBe(1);
    expect(api.got.some(({ sourceId }) => sourceId === 'gross')).toBe(false);
    expect(summary.report()).toMatch(/line 1.*: is (longer than 512 kB|\d+ kB as an article)/);
  });

  it('reports a second record with the same id as bad', async () => {
    const summary = await run([...records(2), JSON.stringify({ sourceId: 's0', headline: 'Anders' })]);
    expect([summary.imported, summary.bad]).toEqual([2, 1]);
    expect(summary.report()).toContain('line 3 (s0): has the id of the record on line 1');
  });

  it('writes the outcome of every record to the report file', async () => {
    const path = join(folder, 'report.jsonl');
    const reportFile = new ReportFile(path);
    await run([...records(1), 'kaputt'], { reportFile, concurrency: 1 });
    reportFile.close();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { line: 1, sourceId: 's0', outcome: 'imported', state: 'published' },
      { line: 2, outcome: 'bad', reason: expect.stringContaining('is not JSON') },
    ]);
  });

  it.each([503, 502, 429])('sends a record again after %i', async (status) => {
    let refusals = 2;
    api.answer = () => ({ status: refusals-- > 0 ? status : 200 });
    const summary = await run(records(1), { patience: 60_000 });
    expect([summary.imported, api.got.length]).toEqual([1, 3]);
  });

  it('gives up when the newsroom never answers, and says how to continue', async () => {
    api.answer = () => ({ status: 503 });
    await expect(run(records(1))).rejects.toThrow(/does not answer \(status 503\).*again later/);
  });

  it('stops immediately when the token is refused', async () => {
    api.answer = () => ({ status: 403 });
    await expect(run(records(50), { concurrency: 1 })).rejects.toThrow('NEWSROOM_TOKEN');
    expect(api.got).toHaveLength(1);
  });

  it('counts everything that happened before it stopped', async () => {
    api.answer = ({ sourceId }) => ({ status: sourceId === 's2' ? 401 : 200 });
    const summary = new ImportSummary();
    const stopped = run([...records(1), 'kaputt', ...records(5).slice(1)], { concurrency: 1, summary });
    await expect(stopped).rejects.toThrow('NEWSROOM_TOKEN');
    expect([summary.imported, summary.bad]).toEqual([2, 1]);
    expect(summary.report()).toContain('line 2: is not JSON');
  });

  it('finishes the requests in flight when it is interrupted', async () => {
    const stopping = new AbortController();
    api.answer = () => {
      if (api.got.length === 5) stopping.abort();
      return { status: 200 };
    };
    const summary = await run(records(100), { concurrency: 1, signal: stopping.signal });
    expect(summary.imported).toBe(5);
  });

  it('stops immediately when it is interrupted while the newsroom does not answer', async () => {
    const stopping = new AbortController();
    api.answer = () => {
      if (api.got.length === 5) stopping.abort();
      return { status: 503 };
    };
    const summary = await run(records(100), { patience: 60_000, signal: stopping.signal });
    expect(summary.records).toBe(0);
  });

  it('fills in missing fields and no others', async () => {
    const picture = { url: 'https://a.example/b.jpg', width: 3, height: 2 };
    const lines = [
      {
        sourceId: 'a',
        leadPicture: picture,
        body: [{ type: 'picture', picture: { ...picture, credit: 'Eigen' } }],
      },
      { sourceId: 'b', section: 'sport', kicker: 'Kicker', label: 'partner', authors: ['noa'] },
    ];
    const defaults = {
      section: 'archiv',
      author: 'redaktion',
      kicker: 'Archiv',
      credit: 'Archiv',
      label: 'none',
    } as const;
    await run(
      lines.map((line) => JSON.stringify(line)),
      { defaults, concurrency: 1 },
    );
    expect(api.got.map(({ article }) => article)).toEqual([
      {
        section: 'archiv',
        authors: ['redaktion'],
        kicker: 'Archiv',
        label: 'none',
        leadPicture: { ...picture, credit: 'Archiv' },
        body: [{ type: 'picture', picture: { ...picture, credit: 'Eigen' } }],
      },
      { section: 'sport', kicker: 'Kicker', label: 'partner', authors: ['noa'] },
    ]);
  });

  it.each([
    ['{"sourceId":"1"}', 'jsonl'],
    ['\ufeff<?xml version="1.0"?>\n<rss version="2.0">', 'feed'],
    ['<feed xmlns="http://www.w3.org/2005/Atom">', 'feed'],
    ['<rss xmlns:wp="http://wordpress.org/export/1.2/">', 'wxr'],
  ])('recognizes a file that starts with %s as %s', async (start, format) => {
    expect(await formatOf(await file([start], 'archive'))).toBe(format);
  });

  it('refuses a file in another format', async () => {
    await expect(formatOf(await file(['Hallo'], 'archive'))).rejects.toThrow('--format');
  });
});
