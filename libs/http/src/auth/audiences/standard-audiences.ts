import type { Type } from '@nestjs/common';
import type { Audience } from '../audience.js';
import { AnyoneOrSubscribers } from './anyone-or-subscribers.js';
import { Anyone } from './anyone.js';
import { PeopleWithRoles } from './people-with-roles.js';
import { Readers } from './readers.js';

/** The audiences that routes of every service can declare. */
export const standardAudiences: readonly Type<Audience<never>>[] = [
  Anyone,
  AnyoneOrSubscribers,
  Readers,
  PeopleWithRoles,
];
