import { createHmac } from 'node:crypto';

/** The smallest number; there are nine times as many of its length. */
const SMALLEST = 1_000;
/**
 * Enough for a permutation that looks random (Luby and Rackoff). What weakness a small domain leaves shows the order in
 * which readers came, and so do the times of their comments.
 */
const ROUNDS = 4;
/** Values that one HMAC gives, each of 4 bytes. */
const VALUES = 8;

/**
 * The numbers of anonymous readers under one article: reader `n` has the n-th value of a keyed permutation. Without the
 * secret nobody can tell a number from its place, or back.
 */
export class AliasNumbers {
  private readonly key: Buffer;
  private readonly values = new Map<string, Buffer>();

  constructor(secret: string, articleId: string) {
    this.key = createHmac('sha256', secret).update(`alias\n${articleId}`).digest();
  }

  /**
   * The number of reader `n`, counted from 0; two readers never share one. The first 9,000 have four digits (1000 to
   * 9999), the next 90,000 five, and so on up to nine, which is what the column holds.
   */
  at(n: number): number {
    let smallest = SMALLEST;
    let place = n;
    while (place >= 9 * smallest) {
      place -= 9 * smallest;
      smallest *= 10;
    }
    return smallest + this.permuted(place, 9 * smallest);
  }

  /** A permutation of 0 to `size` - 1. What falls outside is permuted again, on average less than three times. */
  private permuted(place: number, size: number): number {
    const half = Math.ceil(Math.log2(size) / 2);
    let value = place;
    do value = this.feistel(value, half, size);
    while (value >= size);
    return value;
  }

  /** A permutation of all numbers of twice `half` bits, 30 at most. */
  private feistel(value: number, half: number, size: number): number {
    const mask = 2 ** half - 1;
    let [left, right] = [value >>> half, value & mask];
    for (let round = 0; round < ROUNDS; round++) {
      [left, right] = [right, left ^ (this.random(size, round, right) & mask)];
    }
    return (left << half) | right;
  }

  private random(size: number, round: number, input: number): number {
    const name = `${size} ${round} ${Math.floor(input / VALUES)}`;
    const values = this.values.get(name) ?? createHmac('sha256', this.key).update(name).digest();
    this.values.set(name, values);
    return values.readUInt32BE((input % VALUES) * 4);
  }
}

export const aliasOf = (number: number): string => `User #${number}`;
