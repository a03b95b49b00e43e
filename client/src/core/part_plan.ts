/** Which parts a file has, which of them S3 has, and how many bytes that makes. */

import type { Part, StoredPart } from "../wire/parts";

/** S3 takes so many parts. */
export const MOST_PARTS = 10_000;

/** The parts of one file. */
export class PartPlan {
  readonly partSize: number;
  /** Whether S3 has joined them: then it tells no sizes any more. */
  isJoined = false;
  /** ETags of the parts that S3 has. */
  readonly #stored = new Map<number, string>();
  /** Bytes that were sent of the parts under way. */
  readonly #underWay = new Map<number, number>();
  #storedBytes = 0;

  /** @param wanted Bytes of a part; enlarged where S3 would not take so many parts. */
  constructor(
    private readonly blob: Blob,
    wanted: number,
  ) {
    this.partSize = Math.max(wanted, Math.ceil(blob.size / MOST_PARTS));
  }

  /** Bytes that S3 has, or that are under way. */
  get bytes(): number {
    let sum = this.#storedBytes;
    for (const bytes of this.#underWay.values()) sum += bytes;
    return sum;
  }

  /** Numbers of the parts that S3 lacks. */
  get missing(): number[] {
    const numbers = Array.from({ length: this.#count }, (_, index) => index + 1);
    return numbers.filter((number) => !this.#stored.has(number));
  }

  /** What is to be joined, in order. */
  get stored(): Part[] {
    const inOrder = [...this.#stored].sort(([a], [b]) => a - b);
    return inOrder.map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
  }

  get #count(): number {
    return Math.max(1, Math.ceil(this.blob.size / this.partSize));
  }

  /** A part, without a type: none was signed. */
  slice(number: number): Blob {
    return this.blob.slice((number - 1) * this.partSize, number * this.partSize, "");
  }

  /** Begins with what S3 lists; parts of another size are sent again. */
  take(found: readonly StoredPart[]): void {
    this.#stored.clear();
    this.#storedBytes = 0;
    this.isJoined = found.length > 0 && found.every(({ Size }) => Size === 0);
    if (this.isJoined) return;
    for (const { PartNumber, ETag, Size } of found) {
      const isWhole = PartNumber <= this.#count && Size === this.#sizeOf(PartNumber);
      if (isWhole) this.store(PartNumber, ETag);
    }
  }

  /** S3 has a part. */
  store(number: number, etag: string): void {
    this.#underWay.delete(number);
    this.#stored.set(number, etag);
    this.#storedBytes += this.#sizeOf(number);
  }

  /** So many bytes of a part were sent. */
  note(number: number, bytes: number): void {
    this.#underWay.set(number, Math.min(bytes, this.#sizeOf(number)));
  }

  /** Nothing is under way any more. */
  stop(): void {
    this.#underWay.clear();
  }

  #sizeOf(number: number): number {
    return Math.min(this.partSize, this.blob.size - (number - 1) * this.partSize);
  }
}
