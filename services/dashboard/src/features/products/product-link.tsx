import { productParams } from '@tokometrics/contracts';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { sameRange } from '../filters/search.ts';

interface ProductLinkProps {
  /** As the source says it: '' where it names none. */
  readonly productId: string;
  /** Leads to figures of the same days and basis; else to those that the page shows by itself. */
  readonly keepsRange?: boolean;
  readonly children: ReactNode;
}

/** To the page of a product, in the shop of this page; plain text where the id can name no page. */
export function ProductLink({ productId, keepsRange = false, children }: ProductLinkProps) {
  return productParams.safeParse({ productId }).success ? (
    <Link
      to="/products/$productId"
      params={{ productId }}
      search={keepsRange ? sameRange : ({ shop }) => (shop === undefined ? {} : { shop })}
      className="link"
    >
      {children}
    </Link>
  ) : (
    <span>{children}</span>
  );
}
