import { issueToken, newsroomAddresses, signingKey } from '#embedded';
import type { ImportTarget } from '../../importer/src/command.js';
import { localUrlOf } from '../../services.js';

/** Imports go to GATEWAY_URL, else to the embedded newsroom on this machine, as an editor. */
export const importTarget: ImportTarget = {
  gatewayUrl: async () =>
    process.env['GATEWAY_URL'] ?? (await newsroomAddresses())?.gatewayUrl ?? localUrlOf('gateway'),
  token: async () => {
    const { NEWSROOM_TOKEN, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = process.env;
    if (NEWSROOM_TOKEN) return NEWSROOM_TOKEN;
    return issueToken(await signingKey(), {
      subject: 'import',
      roles: ['editor'],
      hours: 24,
      issuer,
      audience,
    });
  },
};
