import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { declaredRoutes } from './define-route.js';
import './index.js';
import { newsroomDocument } from './newsroom-document.js';
import { problemsOf } from './openapi.js';

type Operation = { readonly operationId: string; readonly responses: Record<string, unknown> };
const document = newsroomDocument();
const operations = Object.values(document['paths'] as Record<string, Record<string, Operation>>).flatMap(
  (path) => Object.values(path),
);

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect([valid, errors]).toEqual([true, undefined]);
  });

  it('describes every declared route under a unique id', () => {
    expect(operations).toHaveLength(declaredRoutes().length);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('is the committed one; `npm run generate` writes it', async () => {
    const committed: unknown = JSON.parse(await readFile('libs/api/openapi.json', 'utf8'));
    expect(document).toEqual(committed);
  });

  it('names the problems that the members of a route imply', () => {
    const publish = declaredRoutes().find(({ path }) => path === '/v1/editorial/articles/{id}/publish')!;
    expect(problemsOf(publish)).toEqual(
      expect.arrayContaining([
        'auth.required',
        'auth.forbidden',
        'precondition.required',
        'article.incomplete',
      ]),
    );
  });
});
