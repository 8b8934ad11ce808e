/** Proxies are the browser's business. */
export function proxyAdvice(): string {
  return "";
}
