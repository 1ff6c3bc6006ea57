type Bytes = string | Buffer | null;

export interface EncodableRecord {
  readonly key?: Bytes | undefined;
  readonly value: Bytes;
  readonly headers?: Readonly<Record<string, string | Buffer>> | undefined;
}

const MORE = 0x80;
const SEVEN_BITS = 0x7f;
/** What 2^31 takes, the longest. */
const MAX_VARINT = 5;

/**
 * Records of a batch, back to back, as Kafka's protocol writes them (version 2 of the format): each
 * with its length in front, numbered from nought, made at the batch's own time.
 */
export function encodeRecords(records: readonly EncodableRecord[]): Buffer {
  const measured = records.map(measure);
  const size = measured.reduce((sum, { body }) => sum + body + MAX_VARINT, 0);
  const target: Target = { buffer: Buffer.allocUnsafe(size), at: 0 };
  measured.forEach((record, offset) => {
    writeVarint(target, record.body + sizeOfVarint(offset));
    target.buffer[target.at] = 0; // attributes: none are in use
    target.buffer[target.at + 1] = 0; // its time after the batch's first
    target.at += 2;
    writeVarint(target, offset);
    writeBytes(target, record.key);
    writeBytes(target, record.value);
    writeVarint(target, record.headers.length / 2);
    for (const part of record.headers) {
      writeBytes(target, part);
    }
  });
  return target.buffer.subarray(0, target.at);
}

interface Part {
  readonly bytes: string | Buffer;
  /** -1: there is none. */
  readonly length: number;
}

interface Measured {
  readonly key: Part;
  readonly value: Part;
  /** Name, value, name, value. */
  readonly headers: readonly Part[];
  /** Without the offset, whose length depends on the place in the batch. */
  readonly body: number;
}

function measure({ key = null, value, headers = {} }: EncodableRecord): Measured {
  const parts: Part[] = [];
  for (const name of Object.keys(headers)) {
    parts.push(partOf(name), partOf(headers[name] ?? ''));
  }
  const [keyPart, valuePart] = [partOf(key), partOf(value)];
  const body =
    2 +
    sizeOf(keyPart) +
    sizeOf(valuePart) +
    sizeOfVarint(parts.length / 2) +
    parts.reduce((sum, part) => sum + sizeOf(part), 0);
  return { key: keyPart, value: valuePart, headers: parts, body };
}

function partOf(bytes: Bytes): Part {
  if (bytes === null) {
    return { bytes: '', length: -1 };
  }
  return { bytes, length: typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length };
}

function sizeOf({ length }: Part): number {
  return sizeOfVarint(length) + Math.max(length, 0);
}

/** Zigzag: small numbers are short on either side of nought. */
function zigzag(value: number): number {
  return (value << 1) ^ (value >> 31);
}

function sizeOfVarint(value: number): number {
  let rest = zigzag(value) >>> 7;
  let size = 1;
  while (rest !== 0) {
    rest >>>= 7;
    size += 1;
  }
  return size;
}

interface Target {
  readonly buffer: Buffer;
  at: number;
}

function writeVarint(target: Target, value: number): void {
  let rest = zigzag(value);
  while ((rest & ~SEVEN_BITS) !== 0) {
    target.buffer[target.at] = (rest & SEVEN_BITS) | MORE;
    target.at += 1;
    rest >>>= 7;
  }
  target.buffer[target.at] = rest;
  target.at += 1;
}

function writeBytes(target: Target, { bytes, length }: Part): void {
  writeVarint(target, length);
  if (length > 0) {
    if (typeof bytes === 'string') {
      target.buffer.write(bytes, target.at, length, 'utf8');
    } else {
      bytes.copy(target.buffer, target.at);
    }
    target.at += length;
  }
}
