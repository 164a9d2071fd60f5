import type { ProviderDescription } from '../catalog/provider.ts';
import type { Handler } from './router.ts';

/** `GET /health`: the proxy runs. Says nothing of the provider's state. */
export function healthRoute(provider: ProviderDescription): Handler {
  const body = JSON.stringify({ status: 'ok', provider: provider.id });
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  };
}
