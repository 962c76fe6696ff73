import { messagingSettings } from '#messaging';
import { databaseSettings, serverSettings } from '#platform';

export const settings = {
  ...serverSettings('articles', 3001),
  ...databaseSettings('articles'),
  ...messagingSettings,
};
