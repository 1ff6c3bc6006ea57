/** Blocks of the size of what will stand there, so that nothing moves when it arrives. */
export function Skeleton({ className = '' }: { readonly className?: string }) {
  return <div className={`skeleton ${className}`} />;
}

export function PageSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <Skeleton className="h-8 w-64" />
      <Skeleton className="h-72 w-full" />
      <Skeleton className="h-72 w-full" />
    </div>
  );
}

interface RowsSkeletonProps {
  readonly rows?: number;
}

export function RowsSkeleton({ rows = 6 }: RowsSkeletonProps) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-2 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-8 w-full" />
      ))}
    </div>
  );
}
