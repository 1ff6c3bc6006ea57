import { z } from 'zod';

/** A sealed body: zstd(canonical JSON) under AES-256-GCM, data key wrapped by `k-<shopKey>-<epoch>`. */
export const sealed = z.object({
  v: z.literal(1),
  kid: z.string(),
  /** Wrapped data key, as the Transit engine returned it. */
  wdk: z.string(),
  /** Base64: 12-byte IV, ciphertext, 16-byte tag. */
  iv: z.base64(),
  ct: z.base64(),
  tag: z.base64(),
});
export type SealedWire = z.infer<typeof sealed>;
