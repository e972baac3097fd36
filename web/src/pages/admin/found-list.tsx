/** Search results as a table that grows; without a match, a link to the whole list. */
import { plural, t } from "../../lib/i18n/i18n";
import type { Pages } from "../../lib/loading/query";
import { Empty } from "../../ui/Empty";
import { Select } from "../../ui/forms/Select";
import { More } from "../../ui/More";
import { Ready } from "../../ui/Ready";
import { type Column, Table } from "../../ui/Table";

interface Props<T> {
  /** The prefix of its message keys. */
  name: "staff" | "people" | "catalogue" | "ranges";
  of: Pages<T>;
  columns: readonly Column<T>[];
  rowKey: (row: T) => string | number;
  /** The address of the whole list. */
  all: string;
}

export function FoundList<T>({ name, of, columns, rowKey, all }: Props<T>) {
  const none = (
    <Empty>
      <p>{t(`${name}.none`)}</p>
      <a class="button quiet" href={all}>
        {t(`${name}.all`)}
      </a>
    </Empty>
  );
  return (
    <Ready of={of} empty={none}>
      {({ items, next_cursor }) => (
        <div class="dense">
          <p class="muted" role="status">
            {plural(next_cursor ? `${name}.first` : `${name}.count`, items.length)}
          </p>
          <Table caption={t(`${name}.title`)} columns={columns} rows={items} rowKey={rowKey} />
          <More of={of} />
        </div>
      )}
    </Ready>
  );
}

interface ActiveProps {
  name: "staff" | "people";
  value: string;
  choose: (change: { active: string }) => void;
}

export function ActiveFilter({ name, value, choose }: ActiveProps) {
  return (
    <Select
      id="active"
      label={t(`${name}.active`)}
      choices={[
        { value: "", text: t(`${name}.active.any`) },
        { value: "true", text: t(`${name}.active.yes`) },
        { value: "false", text: t(`${name}.active.no`) },
      ]}
      value={value}
      onValue={(active) => choose({ active })}
    />
  );
}
