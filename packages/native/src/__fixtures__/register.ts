// For test projects whose backend is `native`: registers it, or fails, so that CI cannot pass without it.
import { nativeStatus } from "../index.ts";

const { available, reason } = nativeStatus();
if (!available) throw new Error(`expected the addon of @tessera/native, got none: ${reason}`);
