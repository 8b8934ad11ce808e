import { type Tensor, type Variable, add, mul, sub, tidy, variable, zerosLike } from "@tensorflow/tfjs-core";
import type { Param } from "@tessera/core";
import type { Optimizer } from "../optimizers/optimizer.ts";

/** Stochastic gradient descent with a momentum of 0.9: state enough to be lost by a checkpoint that forgets it. */
export function momentum(params: ReadonlyMap<string, Param>): Optimizer {
  const velocities = new Map<string, Variable>();
  let steps = 0;
  return {
    name: "momentum",
    get steps() {
      return steps;
    },
    step(gradients, rate) {
      steps++;
      tidy(() => {
        for (const [path, gradient] of gradients) {
          if (!velocities.has(path)) velocities.set(path, variable(zerosLike(gradient), false));
          const velocity = velocities.get(path)!;
          velocity.assign(add(mul(velocity, 0.9), gradient));
          const { value } = params.get(path)!;
          value.assign(sub(value, mul(velocity, rate)));
        }
      });
    },
    state: () => new Map([...velocities].map(([path, value]): [string, Tensor] => [`velocity/${path}`, value])),
    restore(state, done) {
      this.dispose();
      for (const [name, value] of state) velocities.set(name.slice("velocity/".length), variable(value, false));
      steps = done;
    },
    dispose() {
      for (const one of velocities.values()) one.dispose();
      velocities.clear();
    },
  };
}
