import { expect, test } from "vitest";
import { explainFailure } from "./failure.ts";

const name = "@tensorflow/tfjs-node";

test.each([
  [
    "The Node.js native addon module (tfjs_binding.node) can not be found at path: /a/lib/napi-v8/tfjs_binding.node. \nPlease run command",
    /download TensorFlow; npm rebuild @tensorflow\/tfjs-node$/,
  ],
  [
    "libtensorflow.so.2: cannot open shared object file: No such file or directory",
    /TensorFlow's library is gone; npm rebuild @tensorflow\/tfjs-node$/,
  ],
  ["libcudart.so.11.0: cannot open shared object file: No such file or directory", /CUDA 11\.2 and cuDNN 8\.1/],
  ["/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /a/b.so)", /newer system \(glibc\)/],
  [
    "Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /a/tfjs_binding.node)",
    /glibc image$/,
  ],
  [
    "\\\\?\\C:\\a\\lib\\napi-v8\\tfjs_binding.node: The specified module could not be found.",
    /copy it from .* deps\/lib/,
  ],
  ["/a/tfjs_binding.node: invalid ELF header", /another platform; npm rebuild/],
  [
    "The module was compiled against a different Node.js version using\nNODE_MODULE_VERSION 108",
    /built for another Node/,
  ],
  ["(0 , util_1.isNullOrUndefined) is not a function", /use Node 22 or earlier/],
])("%s", (message, cure) => {
  const explained = explainFailure(name, message);
  expect(explained).toMatch(cure);
  expect(explained).toContain(`${name} does not load (`);
  expect(explained).not.toContain("\n");
});

test("says what it does not know as it came, in one line", () => {
  expect(explainFailure(name, "something else\nat line 3")).toBe("something else");
});
