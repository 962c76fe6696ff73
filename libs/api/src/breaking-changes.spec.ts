import { describe, expect, it } from '@jest/globals';
import { breakingChanges } from './breaking-changes.js';
import './index.js';
import { newsroomDocument } from './newsroom-document.js';

const aDocument = ({
  body = { type: 'object', properties: { name: { type: 'string', maxLength: 80 } }, required: ['name'] },
  response = {
    type: 'object',
    properties: { id: { type: 'string' }, state: { type: 'string', enum: ['open', 'closed'] } },
    required: ['id', 'state'],
  },
  limit = { name: 'limit', in: 'query', required: false, schema: { type: 'integer', maximum: 50 } },
  path = '/v1/things',
  ...more
}: Record<string, unknown> = {}) => ({
  paths: {
    [path as string]: {
      post: {
        parameters: [limit, ...((more['parameters'] as object[] | undefined) ?? [])],
        requestBody: { content: { 'application/json': { schema: body } } },
        responses: { 200: { content: { 'application/json': { schema: response } } } },
      },
    },
  },
  components: { schemas: {} },
});

const text = (maxLength: number) => ({ type: 'string', maxLength });

describe('a change of the API that breaks clients', () => {
  it.each([
    ['a removed route', { path: '/v1/others' }, 'POST /v1/things was removed'],
    [
      'a parameter that is now required',
      { parameters: [{ name: 'x', in: 'query', required: true, schema: { type: 'string' } }] },
      'POST /v1/things: query x is required now',
    ],
    [
      'a lower limit',
      { limit: { name: 'limit', in: 'query', required: false, schema: { type: 'integer', maximum: 20 } } },
      'POST /v1/things: query limit has maximum 20 instead of 50',
    ],
    [
      'a member of a request that is now required',
      {
        body: {
          type: 'object',
          properties: { name: text(80), also: { type: 'string' } },
          required: ['name', 'also'],
        },
      },
      'POST /v1/things: body.also is required now',
    ],
    [
      'a lower maximum length in a request',
      { body: { type: 'object', properties: { name: text(40) }, required: ['name'] } },
      'POST /v1/things: body.name has maxLength 40 instead of 80',
    ],
    [
      'a removed member of a response',
      { response: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } },
      'POST /v1/things: 200.state was removed',
    ],
    [
      'a member of a response that is now optional',
      {
        response: {
          type: 'object',
          properties: { id: { type: 'string' }, state: { type: 'string', enum: ['open', 'closed'] } },
          required: ['state'],
        },
      },
      'POST /v1/things: 200.id can be missing now',
    ],
    [
      'a new value in a response',
      {
        response: {
          type: 'object',
          properties: { id: { type: 'string' }, state: { type: 'string', enum: ['open', 'closed', 'held'] } },
          required: ['id', 'state'],
        },
      },
      'POST /v1/things: 200.state can be held now',
    ],
  ])('is %s', (_what, change, message) => {
    expect(breakingChanges(aDocument(), aDocument(change))).toEqual([message]);
  });

  it('is not an additional optional member, parameter or route', () => {
    const after = aDocument({
      body: { type: 'object', properties: { name: text(90), also: { type: 'string' } }, required: ['name'] },
      response: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          state: { type: 'string', enum: ['open'] },
          also: { type: 'string' },
        },
        required: ['id', 'state', 'also'],
      },
      parameters: [{ name: 'x', in: 'query', required: false, schema: { type: 'string' } }],
    });
    expect(breakingChanges(aDocument(), after)).toEqual([]);
    const document = newsroomDocument();
    expect(breakingChanges(document, document)).toEqual([]);
  });
});
