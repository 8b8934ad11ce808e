// The headers that the site is served with: one source for the _headers file, the dev server, the tests and the README.

/** Pages run our own scripts and styles, and talk to nobody. */
const page = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' blob:",
  "media-src": "'self' blob:",
  "connect-src": "'self'",
  "worker-src": "'self'",
  "manifest-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
};

/**
 * A worker has the policy of its own file. It compiles WebAssembly, whose threads start from blob: scripts, and it alone may
 * fetch what a user's typed address names.
 */
const worker = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval' blob:",
  "worker-src": "blob:",
  "connect-src": "'self' https: http://localhost:* http://127.0.0.1:*",
};

const policy = (rules: Record<string, string>) =>
  Object.entries(rules)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");

/** For the page's meta tag, where `frame-ancestors` does not count. */
export const pagePolicy = policy(page);

const everywhere = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

const pageHeaders = {
  "Content-Security-Policy": policy({ ...page, "frame-ancestors": "'none'" }),
  "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
  "Cache-Control": "no-cache",
};

const assetHeaders = {
  "Content-Security-Policy": policy(worker),
  "Cache-Control": "public, max-age=31536000, immutable",
};

/** Headers by path, as hosts with a `_headers` file read them. No header is set twice for a path: hosts would join them. */
const headerRules: Record<string, Record<string, string>> = {
  "/*": everywhere,
  "/": pageHeaders,
  "/index.html": pageHeaders,
  "/sw.js": pageHeaders,
  "/assets/*": assetHeaders,
  "/examples/*": { "Cache-Control": "public, max-age=86400" },
  "/icon.svg": { "Cache-Control": "public, max-age=86400" },
  "/wasm/*": { "Cache-Control": "public, max-age=31536000, immutable" },
};

/** The headers of one path. */
export function headersOf(path: string): Record<string, string> {
  const matching = Object.entries(headerRules).filter(([rule]) =>
    rule.endsWith("*") ? path.startsWith(rule.slice(0, -1)) : path === rule,
  );
  return Object.assign({}, ...matching.map(([, headers]) => headers)) as Record<string, string>;
}

/** The text of `_headers`, for Netlify, Cloudflare Pages and their kin. */
export function headersFile(): string {
  const block = ([rule, headers]: [string, Record<string, string>]) =>
    `${rule}\n${Object.entries(headers)
      .map(([name, value]) => `  ${name}: ${value}\n`)
      .join("")}`;
  return Object.entries(headerRules).map(block).join("\n");
}
