import type { Dialect } from "@tessera/core";
import { huggingFace } from "./convert/hugging-face.ts";
import { buffered, microsoft } from "./convert/microsoft.ts";
import { torchvision } from "./convert/torchvision.ts";

/**
 * Others' names for Swins: Hugging Face, torchvision, and Microsoft's release. The most telling names come first: Microsoft's are
 * timm's with differences.
 */
export const swinDialects: readonly Dialect[] = [huggingFace, torchvision, microsoft, buffered];
