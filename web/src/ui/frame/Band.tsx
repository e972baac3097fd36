/** The band over every page: critical results of a doctor, or an e-mail address that is not confirmed. */
import type { Account } from "../../api/client";
import { ConfirmBand } from "./ConfirmBand";
import { CriticalBand } from "./CriticalBand";

export function Band({ account }: { account: Account }) {
  return account.role === "doctor" ? <CriticalBand account={account} /> : <ConfirmBand account={account} />;
}
