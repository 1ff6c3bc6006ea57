import { isAppError } from '@tokometrics/kit/errors';
import { EndlessPages } from './page-guard.ts';
import { TikTokFault } from './tiktok-fault.ts';

export type StageError =
  | 'paging.endless'
  | 'shop.scope_missing'
  | 'shop.reauth_required'
  | 'rate.limited'
  | 'upstream.unavailable'
  | 'internal';

/** The closed word that a person sees beside a stage that is held up. */
export function stageError(error: unknown): StageError {
  if (error instanceof EndlessPages) {
    return 'paging.endless';
  }
  if (error instanceof TikTokFault) {
    switch (error.kind) {
      case 'scope_missing':
        return 'shop.scope_missing';
      case 'reauth':
      case 'revoked':
      case 'shop_mismatch':
        return 'shop.reauth_required';
      case 'throttle':
        return 'rate.limited';
      case 'retry':
      case 'unclear':
      case 'smaller_page':
      case 'expired_token':
      case 'doubtful_token':
      case 'clock':
        return 'upstream.unavailable';
      case 'config':
      case 'bug':
      case 'narrow_window':
      case 'code_invalid':
        return 'internal';
    }
  }
  return isAppError(error, 'upstream.unavailable') ? 'upstream.unavailable' : 'internal';
}
