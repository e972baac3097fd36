/** CarePlus's mark: a C that holds a plus. Decoration beside a name, so it has none of its own. */
export function Mark() {
  return (
    <svg class="mark" width="36" height="36" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <path class="mark-c" d="M47 13A25 25 0 1 0 47 51" />
      <path class="mark-plus" d="M41 20v24M29 32h24" />
    </svg>
  );
}
