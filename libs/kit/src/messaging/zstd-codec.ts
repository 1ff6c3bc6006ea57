import { promisify } from 'node:util';
import { zstdCompress, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';

const compress = promisify(zstdCompress);

/** kafkajs knows the format's number but brings no codec; Node has had one since 22.15. */
export function registerZstd(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { buffer: Buffer }) => compress(encoder.buffer),
    // Here and now: a trip to another thread costs as much as the unpacking of a batch, on both sides.
    decompress: (buffer: Buffer) =>
      Promise.resolve(zstdDecompressSync(buffer, { chunkSize: roomFor(buffer.length) })),
  });
}

/** Room for all of it at once, not in Node's own pieces of 16 kB: our records shrink to a tenth. */
function roomFor(packed: number): number {
  return Math.min(Math.max(16 * packed, 16 * 1024), 4 * 1024 * 1024);
}
