import { TimeWithOffset } from '#api';

/** A time of a request, as a Date. */
export const Moment = TimeWithOffset.transform((time) => new Date(time));
