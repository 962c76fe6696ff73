import { existsSync } from 'node:fs';
import { z } from 'zod';
import { originSettings, serverSettings, setting, siteName, envText, type ConfigOf } from '#platform';
import { localUrlOf, services } from '../../services.js';

/** This service verifies no tokens, so it needs no keys. */
const { authKeys: _, ...server } = serverSettings('reader', services.reader.port);

export const settings = {
  ...server,
  ...originSettings,
  siteName,
  gatewayUrl: setting(
    'GATEWAY_URL',
    envText.url(/^https?$/).default(localUrlOf('gateway')),
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
