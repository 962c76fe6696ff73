export * from './background-work.js';
export * from './backoff.js';
export * from './deadline.js';
export * from './retry-until-ready.js';
export * from './worker.js';
