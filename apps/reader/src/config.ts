import { existsSync } from 'node:fs';
import { z } from 'zod';
import { originSettings, serverSettings, setting, text, type ConfigOf } from '#platform';
import { localUrlOf, services } from '../../services.js';

/** The reader verifies no tokens, so it needs no keys. */
const { authKeys: _, ...server } = serverSettings('reader', services.reader.port);

export const settings = {
  ...server,
  ...originSettings,
  gatewayUrl: setting(
    'GATEWAY_URL',
    text.url(/^https?$/).default(localUrlOf('gateway')),
    'an http(s) address',
  ),
  picturesDir: setting(
    'PICTURES_DIR',
    z
      .string()
      .default('demo/pictures')
      .refine((folder) => folder === 'demo/pictures' || existsSync(folder)),
    'a folder with the pictures of the demo newsroom',
  ),
};

export type ReaderAppConfig = ConfigOf<typeof settings>;
