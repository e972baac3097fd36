/** The recovery codes, shown once, with buttons to copy and print them. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../lib/i18n/i18n";
import { PrintButton } from "../../ui/print/PrintHead";

interface Props {
  codes: readonly string[];
  onKept: () => void;
}

export function RecoveryCodes({ codes, onKept }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const [message, setMessage] = useState<"recovery.copied" | "recovery.not_copied" | null>(null);
  useEffect(() => heading.current?.focus(), []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
      setMessage("recovery.copied");
    } catch {
      // the browser may forbid writing to the clipboard: select the text for copying by keyboard
      if (list.current) getSelection()?.selectAllChildren(list.current);
      setMessage("recovery.not_copied");
    }
  };
  return (
    <div class="card recovery">
      <h3 tabIndex={-1} ref={heading}>
        {t("recovery.title")}
      </h3>
      <p>{t("recovery.about")}</p>
      <ol class="recovery-codes" ref={list}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="row">
        <button type="button" class="button quiet" onClick={() => void copy()}>
          {t("recovery.copy")}
        </button>
        <PrintButton />
        <button type="button" class="button" onClick={onKept}>
          {t("recovery.kept")}
        </button>
      </div>
      <p role="status" class="no-print">
        {message && t(message)}
      </p>
    </div>
  );
}
