/** tfjs's WebGPU backend, an optional peer. */
export async function loadTfjs(): Promise<typeof import("@tensorflow/tfjs-backend-webgpu")> {
  try {
    return await import("@tensorflow/tfjs-backend-webgpu");
  } catch (error) {
    throw new Error(
      `@tensorflow/tfjs-backend-webgpu does not load (${(error as Error).message}); npm install @tensorflow/tfjs-backend-webgpu`,
      { cause: error },
    );
  }
}
