import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A file that reports how much of it has been read. */
export class FileOnDisk {
  private bytes = 0;

  private constructor(
    private readonly path: string,
    private readonly size: number,
    private readonly onProgress: (share: number) => void = () => {},
  ) {}

  static async at(path: string, onProgress?: (share: number) => void): Promise<FileOnDisk> {
    return new FileOnDisk(path, (await stat(path)).size, onProgress);
  }

  async *read(): AsyncGenerator<Buffer> {
    this.bytes = 0;
    for await (const chunk of createReadStream(this.path)) {
      this.bytes += (chunk as Buffer).length;
      this.onProgress(this.bytes / this.size);
      yield chunk as Buffer;
    }
  }
}
