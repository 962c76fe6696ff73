import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { defineService } from '#bootstrap';
import { messagingMigrations, MessagingModule, messagingSettings } from '#messaging';
import { databaseSettings, serverSettings } from '#platform';
import { describeWith, ServiceUnderTest, testDatabase } from '#testing';

@Module({ imports: [MessagingModule] })
class NotesModule {}

/** Publishes and handles events, but has no snapshots. */
const notesService = defineService({
  name: 'notes',
  settings: { ...serverSettings('notes', 3009), ...databaseSettings('notes'), ...messagingSettings },
  database: { entities: [], migrations: messagingMigrations },
  module: NotesModule,
});

const ops = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  promisify(execFile)(process.execPath, [resolve('dist', 'apps', 'ops', 'src', 'main.js'), ...args], {
    env: { ...process.env, ...env },
    timeout: 30_000,
  });

describeWith('postgres')('ops republish', () => {
  it('names the services that have snapshots if the requested one has none', async () => {
    const db = await testDatabase('notes');
    const service = await ServiceUnderTest.start(notesService, { NOTES_DATABASE_URL: db.url });
    try {
      await expect(ops({ COMMENTS_DATABASE_URL: db.url }, 'republish', 'comments')).rejects.toMatchObject({
        code: 1,
        stderr:
          'ops: comments has no snapshots. Services with snapshots: articles, comments, polls, recommendations.\n',
      });
    } finally {
      await service.stop();
      await db.drop();
    }
  });
});
