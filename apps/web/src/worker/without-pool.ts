/** In place of pipeline's pool, which starts workers: the site calls nothing with `workers`. */
export function pooledRunner(): never {
  throw new Error("imageClassifier: expected no workers in the site's own worker, got some; leave the option out");
}
