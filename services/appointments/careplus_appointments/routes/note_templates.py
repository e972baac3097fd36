"""Note templates: doctors keep their own, administrators the hospital's."""

from careplus_appointments.store import note_templates
from careplus_contracts import note_templates as contract
from careplus_contracts.note_templates import NoteTemplate, NoteTemplates, WriteTemplate
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.http.dependencies import CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_templates)
async def list_templates(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> NoteTemplates:
    return await note_templates.list_insertable(db, who, query)


@routes.serve(contract.show_template)
async def show_template(template_id: Id, *, who: CurrentUser, db: ReadDb) -> NoteTemplate:
    return await note_templates.show(db, who, template_id)


@routes.serve(contract.add_template)
async def add_template(body: WriteTemplate, *, who: CurrentUser, db: WriteDb) -> NoteTemplate:
    return await note_templates.add(db, who, body)


@routes.serve(contract.change_template, path_record=note_templates.lock_for_update)
async def change_template(
    template_id: Id, body: WriteTemplate, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> NoteTemplate:
    row = await note_templates.lock_for_update(db, who, template_id)
    check_version(row.version, expected)
    return await note_templates.change(db, who, row, body)


@routes.serve(contract.delete_template)
async def delete_template(template_id: Id, *, who: CurrentUser, db: WriteDb) -> None:
    await db.delete(await note_templates.lock_for_update(db, who, template_id))


@routes.serve(contract.list_house_templates)
async def list_house_templates(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> NoteTemplates:
    return await note_templates.list_insertable(db, who, query)


@routes.serve(contract.show_house_template)
async def show_house_template(house_template_id: Id, *, who: CurrentUser, db: ReadDb) -> NoteTemplate:
    return await note_templates.show(db, who, house_template_id)


@routes.serve(contract.add_house_template)
async def add_house_template(body: WriteTemplate, *, who: CurrentUser, db: WriteDb) -> NoteTemplate:
    return await note_templates.add(db, who, body)


@routes.serve(contract.change_house_template, path_record=note_templates.lock_for_update)
async def change_house_template(
    house_template_id: Id, body: WriteTemplate, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> NoteTemplate:
    row = await note_templates.lock_for_update(db, who, house_template_id)
    check_version(row.version, expected)
    return await note_templates.change(db, who, row, body)


@routes.serve(contract.delete_house_template)
async def delete_house_template(house_template_id: Id, *, who: CurrentUser, db: WriteDb) -> None:
    await db.delete(await note_templates.lock_for_update(db, who, house_template_id))
