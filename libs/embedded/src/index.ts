export * from './embedded-postgres.js';
export * from './make-folder.js';
export * from './secrets.js';
