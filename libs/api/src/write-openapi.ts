import { writeFile } from 'node:fs/promises';
import './index.js';
import { newsroomDocument } from './newsroom-document.js';

/** Writes `libs/api/openapi.json`, for the commit that changes a contract. */
await writeFile('libs/api/openapi.json', `${JSON.stringify(newsroomDocument(), null, 2)}\n`);
