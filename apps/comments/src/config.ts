import { messagingSettings } from '#messaging';
import { databaseSettings, readerSettings, serverSettings, type ConfigOf } from '#platform';
import { services } from '../../services.js';

export const settings = {
  ...serverSettings('comments', services.comments.port),
  ...databaseSettings('comments'),
  ...messagingSettings,
  ...readerSettings,
};
export type CommentsConfig = ConfigOf<typeof settings>;
