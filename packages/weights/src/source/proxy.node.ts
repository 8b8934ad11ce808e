const { env, execArgv } = process;
const names = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/** What to add to "no answer" where a proxy is set that Node's `fetch` does not use unless it is told to; else nothing. */
export function proxyAdvice(): string {
  const set = names.find((name) => env[name]);
  if (!set || env.NODE_USE_ENV_PROXY === "1" || execArgv.includes("--use-env-proxy")) return "";
  return `; ${set} is set, which Node follows only with NODE_USE_ENV_PROXY=1 beside it, from Node 22.21 or 24 on`;
}
