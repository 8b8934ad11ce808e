import type { Dialect } from "@tessera/core";
import { deit } from "./convert/deit.ts";
import { dino } from "./convert/dino.ts";
import { dinov2 } from "./convert/dinov2.ts";
import { google } from "./convert/google.ts";
import { huggingFace } from "./convert/hugging-face.ts";
import { mae } from "./convert/mae.ts";
import { mocov3 } from "./convert/mocov3.ts";
import { torchvision } from "./convert/torchvision.ts";

/**
 * Others' names for ViTs: Google (original, linen, big_vision), torchvision, Hugging Face, and Meta's releases of MAE,
 * MoCo v3, DINOv2, DeiT, DeiT III and DINO. The most telling names come first: Meta's are timm's with differences.
 */
export const vitDialects: readonly Dialect[] = [google, torchvision, huggingFace, mae, mocov3, dinov2, deit, dino];
