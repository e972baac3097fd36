/** The version of the privacy notice in i18n/<language>/privacy.json: the day of its last change. */
export const PRIVACY_NOTICE = "2026-11-30";
