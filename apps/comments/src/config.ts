import { messagingSettings } from '#messaging';
import { databaseSettings, readerSettings, serverSettings, type ConfigOf } from '#platform';

export const settings = {
  ...serverSettings('comments', 3002),
  ...databaseSettings('comments'),
  ...messagingSettings,
  ...readerSettings,
};
export type CommentsConfig = ConfigOf<typeof settings>;
