import { useId } from "preact/hooks";

interface SelectFieldProps<Value extends string> {
  label: string;
  value: Value;
  /** Values, each with what the user reads. */
  options: readonly (readonly [value: Value, text: string])[];
  onChoose: (value: Value) => void;
  size?: "small" | "wide" | undefined;
}

/** A labelled choice. */
export function SelectField<Value extends string>({ label, value, options, onChoose, size }: SelectFieldProps<Value>) {
  const id = useId();
  return (
    <div class={size ? `field field-${size}` : "field"}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value as Value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
