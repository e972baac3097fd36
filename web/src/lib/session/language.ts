/** The language of the pages, and of the mails to the person that is signed in. */
import { api, outcome } from "../../api/client";
import { choose, type Language } from "../i18n/i18n";
import { account } from "./account";

/** Change the pages and the account; the account keeps its language if that fails. */
export async function chooseLanguage(language: Language): Promise<void> {
  const before = account.get();
  if (before) account.set({ ...before, language });
  await choose(language);
  if (!before) return;
  const saved = await outcome(api.PUT("/auth/me/language", { body: { language } }));
  if (account.get()?.id === before.id) account.set(saved.ok ? saved.data : before);
}
