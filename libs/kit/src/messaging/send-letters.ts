import { isAppError } from '../errors.ts';
import type { OutMessage } from './messages.ts';
import { withoutBody, withoutOrigin } from './retry-ladder.ts';
import type { SharedSender } from './shared-sender.ts';

type Sender = Pick<SharedSender, 'send'>;

/** A refusal for ever: the same record is refused however often it is sent. */
const isTooLarge = (error: unknown): boolean => isAppError(error, 'request.too_large');

/**
 * Resolves when the dead letters have every one. One that they never take for its size goes without
 * its body, and should that not do, with what kit says of it alone: nothing may wait for it for ever.
 */
export async function sendLetters(sender: Sender, letters: readonly OutMessage[]): Promise<void> {
  try {
    await sender.send(letters);
  } catch (error) {
    const [letter] = letters;
    if (!isTooLarge(error) || letter === undefined) {
      throw error;
    }
    if (letters.length > 1) {
      // The refusal names no record, and one that was only sent beside a large one keeps its body.
      const middle = Math.ceil(letters.length / 2);
      await sendLetters(sender, letters.slice(0, middle));
      await sendLetters(sender, letters.slice(middle));
    } else {
      await sendSmaller(sender, letter);
    }
  }
}

/** False: the topic never takes it for its size. */
export async function isTaken(sender: Sender, message: OutMessage): Promise<boolean> {
  try {
    await sender.send([message]);
    return true;
  } catch (error) {
    if (!isTooLarge(error)) {
      throw error;
    }
    return false;
  }
}

async function sendSmaller(sender: Sender, letter: OutMessage): Promise<void> {
  if (!(await isTaken(sender, withoutBody(letter)))) {
    await sender.send([withoutOrigin(letter)]);
  }
}
