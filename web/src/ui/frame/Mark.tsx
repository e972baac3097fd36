/** CarePlus's logo; decorative, so it has no accessible name. */
export function Mark() {
  return (
    <svg class="mark" width="36" height="36" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <path class="mark-c" d="M45.2 10.8A25 25 0 1 0 45.2 53.2" />
      <path class="mark-plus" d="M44 23v18M35 32h18" />
    </svg>
  );
}
