/** Polls until the condition holds; a condition that never holds is a failure, not a pass. */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) {
      throw new Error(`still waiting for: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
