import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import type { RequestHandler } from 'express';

const YEAR_S = 31_536_000;

/** The built dashboard: hashed assets for a year, and its one page for every address that is a page. */
export function dashboardFiles(directory: string): RequestHandler[] {
  const index = join(directory, 'index.html');
  return [
    express.static(directory, {
      index: false,
      redirect: false,
      setHeaders: (response, path) => {
        const hashed = path.includes(`${directory}/assets/`);
        response.setHeader(
          'cache-control',
          hashed ? `public, max-age=${String(YEAR_S)}, immutable` : 'no-cache',
        );
      },
    }),
    (request, response, next) => {
      const isPage =
        (request.method === 'GET' || request.method === 'HEAD') &&
        !/^\/(api|v1|assets)\//.test(request.path) &&
        !/\.[a-z0-9]{2,5}$/i.test(request.path);
      if (!isPage || !existsSync(index)) {
        next();
        return;
      }
      response.setHeader('cache-control', 'no-cache');
      response.sendFile(index);
    },
  ];
}
