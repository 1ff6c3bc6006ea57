import express, { type ErrorRequestHandler, type Express } from 'express';
import { decideAuthorize, showAuthorize, type AuthorizeDeps } from './serve-authorize.ts';
import { serveApi, TOO_LARGE, type ApiDeps } from './serve-api.ts';
import { serveToken } from './serve-token.ts';

const BODY_LIMIT = '1mb';
const AUTHORIZE_PATHS = ['/open/authorize', '/oauth/authorize'];

export function createApiApp(deps: ApiDeps & AuthorizeDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use(express.raw({ type: () => true, limit: BODY_LIMIT }));
  app.use(tooLong);
  app.get(AUTHORIZE_PATHS, showAuthorize(deps));
  app.post(AUTHORIZE_PATHS, decideAuthorize(deps));
  for (const path of ['/api/v2/token/get', '/api/v2/token/refresh'] as const) {
    app.get(path, serveToken(deps, path));
  }
  app.use(serveApi(deps));
  return app;
}

/** A body that is too long or cannot be read is refused by the gate in its turn, not before. */
const tooLong: ErrorRequestHandler = (_error, request, _response, next) => {
  request.body = TOO_LARGE;
  next();
};
