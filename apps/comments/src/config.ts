import { messagingSettings } from '#messaging';
import { databaseSettings, readerSettings, serverSettings } from '#platform';

export const settings = {
  ...serverSettings('comments', 3002),
  ...databaseSettings('comments'),
  ...messagingSettings,
  ...readerSettings,
};
