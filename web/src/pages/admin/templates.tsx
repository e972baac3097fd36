/** The hospital's note templates. */
import type { OwnProps } from "../../lib/routing/page";
import { Templates } from "../../ui/templates/Templates";

export default function TemplatesPage({ query }: OwnProps) {
  return <Templates query={query} house />;
}
