import { productParams } from '@tokometrics/contracts';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface ProductLinkProps {
  /** As the source says it: '' where it names none. */
  readonly productId: string;
  readonly children: ReactNode;
}

/** To the page of a product, in the shop of this page; plain text where the id can name no page. */
export function ProductLink({ productId, children }: ProductLinkProps) {
  return productParams.safeParse({ productId }).success ? (
    <Link
      to="/products/$productId"
      params={{ productId }}
      search={({ shop }) => (shop === undefined ? {} : { shop })}
      className="link"
    >
      {children}
    </Link>
  ) : (
    <span>{children}</span>
  );
}
