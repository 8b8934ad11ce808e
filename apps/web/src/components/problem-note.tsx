import type { Problem } from "../state/task.ts";

/** Says what went wrong and what to do. */
export function ProblemNote({ problem }: { problem: Problem | undefined }) {
  if (!problem) return null;
  return (
    <div class="problem" role="alert">
      <strong>{problem.title}</strong>
      <p>{problem.detail}</p>
      {problem.back && (
        <button type="button" onClick={problem.back.go}>
          {problem.back.label}
        </button>
      )}
    </div>
  );
}
