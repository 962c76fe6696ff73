import { messagingSettings } from '#messaging';
import { cacheSettings, databaseSettings, serverSettings } from '#platform';

export const settings = {
  ...serverSettings('recommendations', 3004),
  ...databaseSettings('recommendations'),
  ...messagingSettings,
  ...cacheSettings,
};
