import { createHmac } from 'node:crypto';

/** Numbers of anonymous readers: the n-th reader under an article has the n-th value of a keyed permutation. */

const SMALLEST = 1_000;
/**
 * Enough for a permutation that looks random (Luby and Rackoff). What weakness a small domain leaves shows the order in
 * which readers came, and so do the times of their comments.
 */
const ROUNDS = 4;

/** What the numbers under one article depend on. Without the secret nobody can tell a number from its place, or back. */
export const aliasKey = (secret: string, articleId: string): Buffer =>
  createHmac('sha256', secret).update(`alias\n${articleId}`).digest();

/**
 * The number of reader `n`, counted from 0, under the article of `key`. Two readers never share one. The first 9,000
 * have four digits (1000 to 9999), the next 90,000 five, and so on up to nine, which is what the column holds.
 */
export function aliasNumber(key: Buffer, n: number): number {
  let smallest = SMALLEST;
  let place = n;
  while (place >= 9 * smallest) {
    place -= 9 * smallest;
    smallest *= 10;
  }
  return smallest + permuted(key, place, 9 * smallest);
}

export const aliasOf = (number: number): string => `User #${number}`;

/** A permutation of 0 to `size` - 1. What falls outside is permuted again, on average less than three times. */
function permuted(key: Buffer, place: number, size: number): number {
  const half = Math.ceil(Math.log2(size) / 2);
  let value = place;
  do value = feistel(key, value, half, size);
  while (value >= size);
  return value;
}

/** A permutation of all numbers of twice `half` bits, 30 at most. */
function feistel(key: Buffer, value: number, half: number, size: number): number {
  const mask = 2 ** half - 1;
  let [left, right] = [value >>> half, value & mask];
  for (let round = 0; round < ROUNDS; round++) {
    const mixed = createHmac('sha256', key).update(`${size} ${round} ${right}`).digest().readUInt32BE(0);
    [left, right] = [right, left ^ (mixed & mask)];
  }
  return (left << half) | right;
}
