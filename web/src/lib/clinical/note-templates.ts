/** Note templates: loading and changes. */
import { api, type Outcome, outcome, type Schemas, unchanged } from "../../api/client";

export type NoteTemplate = Schemas["NoteTemplate"];
export type Wanted = Schemas["WriteTemplate"];

/** The templates that a doctor can insert, or the ones of the hospital for an administrator. */
export async function loadTemplates(house: boolean): Promise<Outcome<NoteTemplate[]>> {
  const items: NoteTemplate[] = [];
  let cursor: string | null = null;
  do {
    const params: { query: { limit: number; cursor?: string } } = { query: { limit: 100, ...(cursor && { cursor }) } };
    const page: Outcome<Schemas["NoteTemplates"]> = await outcome(
      house ? api.GET("/api/admin/note-templates", { params }) : api.GET("/api/doctor/note-templates", { params }),
    );
    if (!page.ok) return page;
    items.push(...page.data.items);
    cursor = page.data.next_cursor;
  } while (cursor !== null);
  return { ok: true, data: items.sort((one, other) => one.title.localeCompare(other.title)) };
}

/** Add a template, or change one. */
export function saveTemplate(body: Wanted, old: NoteTemplate | null, house: boolean) {
  if (!old)
    return outcome(
      house ? api.POST("/api/admin/note-templates", { body }) : api.POST("/api/doctor/note-templates", { body }),
    );
  const { id } = old;
  const header = unchanged(old);
  if (house) {
    const params = { path: { house_template_id: id }, header };
    return outcome(api.PUT("/api/admin/note-templates/{house_template_id}", { params, body }));
  }
  const params = { path: { template_id: id }, header };
  return outcome(api.PUT("/api/doctor/note-templates/{template_id}", { params, body }));
}

export function deleteTemplate({ id, house }: NoteTemplate) {
  if (house) {
    const params = { path: { house_template_id: id } };
    return outcome(api.DELETE("/api/admin/note-templates/{house_template_id}", { params }));
  }
  return outcome(api.DELETE("/api/doctor/note-templates/{template_id}", { params: { path: { template_id: id } } }));
}
