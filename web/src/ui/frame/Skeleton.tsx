/** A placeholder while loading, shown after 150 ms to avoid flicker. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../lib/i18n/i18n";

export function Skeleton() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="skeleton" role="status">
      {late && (
        <>
          <span class="unseen">{t("loading")}</span>
          <i />
          <i />
          <i />
        </>
      )}
    </div>
  );
}
