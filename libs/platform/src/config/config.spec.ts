import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { cacheSettings } from './service-settings.js';
import { readConfig, secretSetting, setting, envText } from './config.js';

const settings = {
  port: setting('READER_PORT', envText.port(8080), 'a port from 0 to 65535'),
  database: setting(
    ['READER_DATABASE_URL', 'DATABASE_URL'],
    envText.url(/^postgres$/),
    'a postgres:// address',
  ),
  key: secretSetting('READER_KEY', z.string().min(8), '8 characters or more'),
};
const env = { DATABASE_URL: 'postgres://db/reader', READER_KEY: 'long enough' };

describe('the configuration', () => {
  it('has defaults, and uses the first variable that is set', () => {
    const own = { ...env, READER_DATABASE_URL: 'postgres://own/reader' };
    expect(readConfig(settings, env)).toEqual({
      port: 8080,
      database: 'postgres://db/reader',
      key: 'long enough',
    });
    expect(readConfig(settings, own).database).toBe('postgres://own/reader');
  });

  it('treats an empty variable as one that is not set', () => {
    expect(readConfig(settings, { ...env, READER_PORT: '' }).port).toBe(8080);
  });

  it('names every wrong variable, its value and what is allowed', () => {
    const wrong = { ...env, READER_PORT: 'eighty', DATABASE_URL: 'mysql://root:hush@db/x' };
    expect(() => readConfig(settings, wrong)).toThrow(
      'READER_PORT is "eighty". Allowed: a port from 0 to 65535.\n' +
        'DATABASE_URL is "mysql://***@db/x". Allowed: a postgres:// address.',
    );
  });

  it('never shows a secret, not even a wrong one', () => {
    expect(() => readConfig(settings, { ...env, READER_KEY: 'hush' })).toThrow(
      'READER_KEY has a value that is not allowed (not shown, it is a secret). Allowed: 8 characters or more.',
    );
  });
});

describe('the cache of a service', () => {
  const environment = process.env['NODE_ENV'];
  afterEach(() => {
    process.env['NODE_ENV'] = environment;
  });

  it('may be in memory on one machine, and must be shared in production', () => {
    expect(readConfig(cacheSettings, {}).redisUrl).toBeUndefined();
    process.env['NODE_ENV'] = 'production';
    expect(() => readConfig(cacheSettings, {})).toThrow('REDIS_URL is not set.');
  });
});
