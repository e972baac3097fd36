/** A labelled single choice; radio buttons for at most six options, so that all are visible. */
import { Control, type ControlProps, Group } from "./Control";

export interface Choice {
  value: string;
  text: string;
  hint?: string;
}

interface Props extends ControlProps {
  choices: readonly Choice[];
  value: string;
  onValue: (value: string) => void;
}

export function Select({ choices, value, onValue, ...control }: Props) {
  return (
    <Control {...control}>
      {(attributes) => (
        <select {...attributes} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.text}
            </option>
          ))}
        </select>
      )}
    </Control>
  );
}

export function Radios({ choices, value, onValue, ...control }: Props) {
  return (
    <Group {...control}>
      <div class="radios">
        {choices.map((choice) => (
          <label key={choice.value} class="radio">
            <input
              type="radio"
              name={control.id}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onValue(choice.value)}
            />
            <span>
              {choice.text}
              {choice.hint && <span class="hint"> {choice.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </Group>
  );
}
