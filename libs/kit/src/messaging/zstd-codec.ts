import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** kafkajs knows the format's number but brings no codec; Node has had one since 22.15. */
export function registerZstd(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { buffer: Buffer }) => compress(encoder.buffer),
    decompress: (buffer: Buffer) => decompress(buffer, { chunkSize: roomFor(buffer.length) }),
  });
}

/** Node's own pieces of 16 kB would cost a trip to its threads each; our records shrink to a tenth. */
function roomFor(packed: number): number {
  return Math.min(Math.max(16 * packed, 16 * 1024), 4 * 1024 * 1024);
}
