/** The types of a page: its props, its entry in a list of pages, and its route. */
import type { ComponentType } from "preact";
import type { Account, Config, Role } from "../../api/client";

export interface PageProps {
  /** The path parameters of the address. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  config: Config;
  account: Account | null;
}
/** The props of a page that requires an account. */
export interface OwnProps extends PageProps {
  account: Account;
}

export type Page<P> = readonly [pattern: string, code: () => Promise<{ default: ComponentType<P> }>];
/** A page of a role's portal. */
export type OwnPage = Page<OwnProps>;

export interface Route {
  path: string;
  /** The roles of which one is required; "any": any account; null: public. */
  roles: readonly Role[] | "any" | null;
  load: () => Promise<Found | null>;
}

/** A page's component with its path parameters. */
export interface Found {
  draw: ComponentType<OwnProps>;
  pattern: string;
  params: Record<string, string>;
}
