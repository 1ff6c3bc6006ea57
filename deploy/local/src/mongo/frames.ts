/** The server takes no larger message either. */
const MAX_FRAME_BYTES = 48_000_000;
const HEADER_BYTES = 16;

/**
 * Cuts a byte stream into MongoDB messages (each begins with its length). The returned function
 * takes the next bytes and says false when they can't be a message.
 */
export function createFrameReader(onFrame: (frame: Buffer) => void): (chunk: Buffer) => boolean {
  let waiting: Buffer = Buffer.alloc(0);
  return (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    while (waiting.length >= 4) {
      const length = waiting.readInt32LE(0);
      if (length < HEADER_BYTES || length > MAX_FRAME_BYTES) {
        return false;
      }
      if (waiting.length < length) {
        return true;
      }
      onFrame(waiting.subarray(0, length));
      waiting = waiting.subarray(length);
    }
    return true;
  };
}
