/** Whether an adapter computes on the CPU. `isFallbackAdapter` is new, so the names of the known ones count too. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  if ((info as { isFallbackAdapter?: boolean }).isFallbackAdapter) return true;
  const names = [info.vendor, info.architecture, info.device, info.description].join(" ");
  return /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp/i.test(names);
}
