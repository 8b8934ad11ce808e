interface NumberRowsProps {
  label: string;
  rows: readonly (readonly [name: string, values: ArrayLike<number>])[];
}

/** Vectors one below the other, as far as they are here. */
export function NumberRows({ label, rows }: NumberRowsProps) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table class="numbers">
        <tbody>
          {rows.map(([name, values]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {Array.from(values, (value, i) => (
                <td key={i} class="number">
                  {value.toFixed(2)}
                </td>
              ))}
              <td>…</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
