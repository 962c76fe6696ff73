import { createHmac } from 'node:crypto';

/** The smallest number. `9 * SMALLEST` numbers have as many digits as it has. */
const SMALLEST = 1_000;
/**
 * Enough for a permutation that looks random (Luby and Rackoff). The weakness of a small domain can only reveal the
 * order of the readers, which the times of their comments show anyway.
 */
const ROUNDS = 4;
/** Random values per HMAC, 4 bytes each. */
const VALUES = 8;

/**
 * The numbers of anonymous readers under one article: reader `n` gets the n-th value of a keyed permutation. Without the
 * secret, neither can be computed from the other.
 */
export class AliasNumbers {
  private readonly key: Buffer;
  private readonly values = new Map<string, Buffer>();

  constructor(secret: string, articleId: string) {
    this.key = createHmac('sha256', secret).update(`alias\n${articleId}`).digest();
  }

  /**
   * The number of reader `n`, counted from 0; no two readers share one. The first 9,000 have four digits (1000 to
   * 9999), the next 90,000 five, and so on up to nine, all of which fit into the column.
   */
  at(n: number): number {
    let smallest = SMALLEST;
    let index = n;
    while (index >= 9 * smallest) {
      index -= 9 * smallest;
      smallest *= 10;
    }
    return smallest + this.permuted(index, 9 * smallest);
  }

  /** A permutation of 0 to `size` - 1. Values outside this range are permuted again, on average fewer than three times. */
  private permuted(index: number, size: number): number {
    const half = Math.ceil(Math.log2(size) / 2);
    let value = index;
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
