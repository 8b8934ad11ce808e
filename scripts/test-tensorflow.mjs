// npm run test:tensorflow: the tests of what a backend can break, on TensorFlow's C library through tfjs-node.
// Other arguments go to vitest. With --optional, a machine that cannot build tfjs-node passes, and says what is missing; with
// --build, nothing is tested yet.
import { buildTensorflow } from "./build-tensorflow.mjs";
import { run, tool } from "./steps.mjs";

const optional = process.argv.includes("--optional");
const onlyBuild = process.argv.includes("--build");
const rest = process.argv.slice(2).filter((argument) => !["--optional", "--build"].includes(argument));

const built = await buildTensorflow();
if ("reason" in built) {
  console.log(`Left out: the tests on TensorFlow, because ${built.reason}.`);
  process.exitCode = optional ? 0 : 1;
} else if (!onlyBuild) {
  const env = { TESSERA_TEST_TENSORFLOW: "1", NODE_PATH: built.modules };
  const { code } = await run(tool("vitest"), ["run", "--project", "node-tensorflow", ...rest], { show: true, env });
  process.exitCode = code;
}
