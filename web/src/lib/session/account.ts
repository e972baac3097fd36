/** The signed-in account, the same in every tab of this browser. */
import type { Account } from "../../api/client";
import { observable } from "../../api/observable";

/** Null without a session; undefined until that is known. */
export const account = observable<Account | null | undefined>(undefined);
