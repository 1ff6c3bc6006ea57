/** How far a partition is settled without a hole. A unit is one record, or a run of them. */
export interface Watermark {
  /** Units are opened in offset order; `last` is the offset of the unit's last record. */
  open(last: bigint): void;
  /** In any order; unknown or repeated offsets change nothing. */
  settle(last: bigint): void;
  /** The offset to commit (one past the settled prefix); undefined until the first unit is settled. */
  committable(): bigint | undefined;
  openUnits(): number;
}

export function createWatermark(): Watermark {
  const opened: bigint[] = [];
  const settled = new Set<bigint>();
  let head = 0;
  let position: bigint | undefined;
  let newest = -1n;

  const advance = (): void => {
    for (let next = opened[head]; next !== undefined && settled.delete(next); next = opened[head]) {
      position = next + 1n;
      head += 1;
    }
    // Dropping the settled prefix now and then keeps memory to what is still open.
    if (head > 1_024 && head * 2 > opened.length) {
      opened.splice(0, head);
      head = 0;
    }
  };

  return {
    open: (last) => {
      if (last <= newest) {
        throw new RangeError('watermark: units are opened in offset order');
      }
      newest = last;
      opened.push(last);
    },
    settle: (last) => {
      if (last > newest || (position !== undefined && last < position)) {
        return;
      }
      settled.add(last);
      advance();
    },
    committable: () => position,
    openUnits: () => opened.length - head,
  };
}
