import { beforeEach, describe, expect, it } from '@jest/globals';
import { Breaker } from './breaker.js';

describe('a breaker', () => {
  let now: number;
  let breaker: Breaker;
  beforeEach(() => {
    now = 1_000;
    breaker = new Breaker({ failures: 2, rest: 500 }, () => now);
  });
  const open = () => {
    breaker.failed();
    breaker.failed();
  };

  it('opens after consecutive failures, but not if there is a success between them', () => {
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    expect(breaker.admits()).toBe(true);
    breaker.failed();
    expect(breaker.admits()).toBe(false);
  });

  it('lets one probe through after each rest', () => {
    open();
    now += 499;
    expect(breaker.admits()).toBe(false);
    now += 1;
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    now += 500;
    expect(breaker.admits()).toBe(true);
  });

  it('closes when the probe succeeds, and rests again when it fails', () => {
    open();
    now += 500;
    breaker.admits();
    breaker.failed();
    expect(breaker.admits()).toBe(false);
    now += 500;
    breaker.admits();
    breaker.succeeded();
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
  });
});
