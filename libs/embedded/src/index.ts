export * from './embedded-postgres.js';
export * from './free-port.js';
export * from './make-folder.js';
export * from './newsroom-file.js';
export * from './secrets.js';
