/** What the loader says, and what it means. `$` stands for the package. */
const cures: readonly [RegExp, string][] = [
  [
    /addon module \(tfjs_binding\.node\) can not\s+be found|tfjs_binding\.node.*no such file/i,
    "its install script did not run or could not download TensorFlow; npm rebuild $",
  ],
  [
    /GLIBC(XX)?_[\d.]+' not found|version [`']?(GLIBC|CXXABI)/,
    "its build needs a newer system (glibc); update the system",
  ],
  [/ld-linux|libc\.musl|symbol not found/i, "it is built for glibc, which this system (musl) lacks; use a glibc image"],
  [/libtensorflow[\w.]*(: cannot open| not found|.*image not found)/i, "TensorFlow's library is gone; npm rebuild $"],
  [/lib(cud|cublas|cufft|curand|cusolver|cusparse|nccl)\w*\.so/, "put CUDA 11.2 and cuDNN 8.1 on LD_LIBRARY_PATH"],
  [
    /specified module could not be found/i,
    "tensorflow.dll does not lie beside the addon; copy it from the package's deps/lib to the newest folder of its lib",
  ],
  [
    /invalid ELF header|wrong ELF class|not a valid Win32|incompatible architecture|mach-o/i,
    "it was installed for another platform; npm rebuild $",
  ],
  [/NODE_MODULE_VERSION|different Node\.js version/, "it was built for another Node; npm rebuild $"],
  [/is not a function/, "it does not fit this Node; use Node 22 or earlier"],
];

/** One line: what the loader said and what to do about it. */
export function explainFailure(packageName: string, message: string): string {
  const line = message.split("\n", 1)[0]!.trim().replace(/\.$/, "");
  const cure = cures.find(([pattern]) => pattern.test(message))?.[1];
  if (!cure) return line;
  return `${packageName} does not load (${line}); ${cure.replace("$", packageName)}`;
}
