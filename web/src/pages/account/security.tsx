/** Sign-in and security, for every role: password, second factor and signed-in devices. */
import { useState } from "preact/hooks";
import { api, mustEnrol, outcome } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import { useObservable } from "../../lib/loading/use-observable";
import { PROFILE } from "../../lib/routing/navigation";
import type { OwnProps } from "../../lib/routing/page";
import "../../style/portals/account.css";
import { Page } from "../../ui/frame/Page";
import { LanguageChoice } from "../../ui/LanguageChoice";
import { PrintHead } from "../../ui/print/PrintHead";
import { Ready } from "../../ui/Ready";
import { ChangePassword } from "./change-password";
import { Devices } from "./devices";
import { OwnRecord } from "./own-record";
import { SecondFactor } from "./second-factor";

export default function Security({ account, config }: OwnProps) {
  const me = useLoad(() => outcome(api.GET("/auth/me")), [account.id]);
  const enrols = useObservable(mustEnrol);
  // the forms above end or open sessions
  const [changes, setChanges] = useState(0);
  const changed = (): void => setChanges((before) => before + 1);
  return (
    <Page
      title={t("security.title")}
      lead={t("security.lead", { email: account.email })}
      width="narrow"
      paper={<PrintHead config={config} about={t("recovery.print", { email: account.email })} />}
    >
      <div class="security">
        <ChangePassword onChange={changed} />
        <Ready of={me}>
          {(known) => (
            <SecondFactor
              me={known}
              put={(now) => {
                me.put(now);
                changed();
              }}
            />
          )}
        </Ready>
        {!enrols && <OwnRecord account={account} />}
        <Devices key={changes} />
        {!PROFILE[account.role] && <LanguageChoice account={account} />}
      </div>
    </Page>
  );
}
