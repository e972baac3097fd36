/** The types of a page: its props, its entry in a list of pages, and its route. */
import type { ComponentType } from "preact";
import type { Account, Config, Role } from "../api/client";

export interface PageProps {
  /** The parts of the address that the pattern names. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  config: Config;
  account: Account | null;
}
/** What a page that asks for a role is given. */
export interface OwnProps extends PageProps {
  account: Account;
}

export type Page<P> = readonly [pattern: string, code: () => Promise<{ default: ComponentType<P> }>];
/** A page of a role's portal. */
export type OwnPage = Page<OwnProps>;

export interface Route {
  path: string;
  /** Whose portal it is in; "any": that of whoever is signed in; null: everybody's. */
  role: Role | "any" | null;
  load: () => Promise<Found | null>;
}

/** A page's component with what its pattern found in the address. */
export interface Found {
  draw: ComponentType<OwnProps>;
  pattern: string;
  params: Record<string, string>;
}
