"""Cases loaded and saved for a whole batch: one statement for each table, however many rows."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from contracts.intake import Contact, Member
from contracts.words import Category, Language
from intake.domain.case import LIVING, Case, Facts, FiledPaper, LivingCase, State, person_key
from messaging import Connection, Key

# Whole cases; personal data comes along because acts and views need it.
LOAD_CASES = """
SELECT a.*, c.email, c.phone,
  (SELECT json_agg(json_build_object(
      'member_id', member_id, 'kinship', kinship, 'birth_date', birth_date, 'iin', iin,
      'name', json_build_object('family', family_name, 'given', given_name, 'patronymic', patronymic),
      'able_to_work', able_to_work, 'diploma_number', diploma_number, 'skill', skill) ORDER BY place)
    FROM people WHERE people.application_id = a.application_id) AS members,
  (SELECT coalesce(json_agg(to_json(papers) ORDER BY member_id, kind), '[]')
    FROM papers WHERE papers.application_id = a.application_id) AS papers
FROM applications AS a JOIN contacts AS c USING (application_id)
WHERE a.application_id = ANY($1::uuid[])
"""

# Where these people are the applicant of a case in one of the given states.
LOAD_LIVING = """
SELECT p.iin, a.application_id, a.citizen FROM people AS p JOIN applications AS a USING (application_id)
WHERE p.kinship = 'applicant' AND p.iin = ANY($1::text[]) AND a.state = ANY($2::text[])
"""

INSERT_DRAFTS = """
INSERT INTO applications (application_id, citizen, category, language, region_from, region_to, people,
  consented_at, created_at, submitted_at, state, state_since, facts, entries)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, citizen text, category text,
  language text, region_from text, region_to text, people int, consented_at timestamptz,
  created_at timestamptz, submitted_at timestamptz, state text, state_since timestamptz, facts jsonb,
  entries int)
"""

INSERT_PEOPLE = """
INSERT INTO people (member_id, application_id, place, kinship, family_name, given_name, patronymic,
  birth_date, iin, able_to_work, diploma_number, skill)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (member_id uuid, application_id uuid, place int,
  kinship text, family_name text, given_name text, patronymic text, birth_date date, iin text,
  able_to_work boolean, diploma_number text, skill text)
"""

INSERT_CONTACTS = """
INSERT INTO contacts (application_id, email, phone)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, email text, phone text)
"""

UPDATE_CASES = """
UPDATE applications AS a SET submitted_at = r.submitted_at, state = r.state, state_since = r.state_since,
  facts = r.facts, entries = r.entries
FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, submitted_at timestamptz, state text,
  state_since timestamptz, facts jsonb, entries int)
WHERE a.application_id = r.application_id
"""

# A paper put again replaces the one before.
PUT_PAPERS = """
INSERT INTO papers (application_id, member_id, kind, paper_id, number, sha256, media_type, size_bytes)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, member_id uuid, kind text,
  paper_id uuid, number text, sha256 text, media_type text, size_bytes int)
ON CONFLICT (application_id, member_id, kind) DO UPDATE SET paper_id = excluded.paper_id,
  number = excluded.number, sha256 = excluded.sha256, media_type = excluded.media_type,
  size_bytes = excluded.size_bytes
"""

INSERT_HOMES = """
INSERT INTO homes (application_id, cadastral_number, price_tenge, kato, contract_number)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, cadastral_number text,
  price_tenge bigint, kato text, contract_number text)
"""

INSERT_ENTRIES = """
INSERT INTO timeline (application_id, number, at, code, args)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, number int, at timestamptz, code text,
  args jsonb)
"""

_members = msgspec.json.Decoder(tuple[Member, ...])
_papers = msgspec.json.Decoder(tuple[FiledPaper, ...])
_facts = msgspec.json.Decoder(Facts)


async def load(conn: Connection, keys: Collection[Key]) -> dict[Key, Case | LivingCase]:
    """Cases by application id, and living cases by `person_key(iin)`; what is not there is left out."""
    ids = [key for key in keys if isinstance(key, UUID)]
    people = [iin for _, iin in (key for key in keys if not isinstance(key, UUID))]
    found: dict[Key, Case | LivingCase] = {}
    for row in await conn.fetch(LOAD_CASES, ids):
        found[row["application_id"]] = _case(row)
    for row in await conn.fetch(LOAD_LIVING, people, list(LIVING)) if people else ():
        found[person_key(row["iin"])] = LivingCase(
            application_id=row["application_id"], citizen=row["citizen"]
        )
    return found


async def save(conn: Connection, states: Mapping[Key, Case | LivingCase]) -> None:
    """Writes what changed. A `LivingCase` follows from the case itself and has no row."""
    cases = [case for case in states.values() if isinstance(case, Case)]
    drafts = [case for case in cases if case.fresh.draft]
    await _write(conn, INSERT_DRAFTS, (_draft_row(case) for case in drafts))
    await _write(conn, INSERT_PEOPLE, (row for case in drafts for row in _people_rows(case)))
    await _write(conn, INSERT_CONTACTS, (_contact_row(case) for case in drafts))
    await _write(conn, UPDATE_CASES, (_state_row(case) for case in cases if not case.fresh.draft))
    await _write(conn, PUT_PAPERS, (row for case in cases for row in _paper_rows(case)))
    await _write(conn, INSERT_HOMES, (_of(case, home) for case in cases for home in case.fresh.homes))
    await _write(conn, INSERT_ENTRIES, (_of(case, entry) for case in cases for entry in case.fresh.entries))


async def _write(conn: Connection, statement: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """All rows in one statement."""
    written = list(rows)
    if written:
        await conn.execute(statement, msgspec.json.encode(written).decode())


def _case(row: Mapping[str, Any]) -> Case:
    return Case(
        application_id=row["application_id"],
        citizen=row["citizen"],
        category=Category(row["category"]),
        language=Language(row["language"]),
        region_from=row["region_from"],
        region_to=row["region_to"],
        contact=Contact(email=row["email"], phone=row["phone"]),
        members=_members.decode(row["members"]),
        consented_at=row["consented_at"],
        created_at=row["created_at"],
        state=State(row["state"]),
        state_since=row["state_since"],
        submitted_at=row["submitted_at"],
        papers=_papers.decode(row["papers"]),
        facts=_facts.decode(row["facts"]),
        entries=row["entries"],
    )


def _state_row(case: Case) -> dict[str, Any]:
    return {
        "application_id": case.application_id,
        "submitted_at": case.submitted_at,
        "state": case.state,
        "state_since": case.state_since,
        "facts": case.facts,
        "entries": case.entries,
    }


def _draft_row(case: Case) -> dict[str, Any]:
    return {
        "citizen": case.citizen,
        "category": case.category,
        "language": case.language,
        "region_from": case.region_from,
        "region_to": case.region_to,
        "people": len(case.members),
        "consented_at": case.consented_at,
        "created_at": case.created_at,
        **_state_row(case),
    }


def _people_rows(case: Case) -> Iterable[dict[str, Any]]:
    for place, member in enumerate(case.members):
        row = msgspec.to_builtins(member)
        name = row.pop("name")
        yield {
            **row,
            "application_id": case.application_id,
            "place": place,
            "family_name": name["family"],
            "given_name": name["given"],
            "patronymic": name["patronymic"],
        }


def _contact_row(case: Case) -> dict[str, Any]:
    return {"application_id": case.application_id, "email": case.contact.email, "phone": case.contact.phone}


def _paper_rows(case: Case) -> Iterable[dict[str, Any]]:
    """The last paper of each member and kind, since one statement may touch a row only once."""
    last = {(paper.member_id, paper.kind): paper for paper in case.fresh.papers}
    return (_of(case, paper) for paper in last.values())


def _of(case: Case, part: Any) -> dict[str, Any]:
    """A part of a case as a row of its own table."""
    return {"application_id": case.application_id, **msgspec.to_builtins(part)}
