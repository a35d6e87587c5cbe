"""The text of one message, read by the channel that is about to send it."""

from uuid import UUID

from chassis.database import Pool
from contracts.words import Language
from notification.domain.case import Letter

READ_LETTER = "SELECT recipient, language, subject, text, html FROM letters WHERE message_id = $1"


async def read_letter(pool: Pool, message_id: UUID) -> Letter:
    """`LookupError` when there is none: a message without its letter is a bug."""
    row = await pool.fetchrow(READ_LETTER, message_id)
    if row is None:
        raise LookupError(f"message {message_id} has no letter")
    return Letter(
        to=row["recipient"],
        language=Language(row["language"]),
        subject=row["subject"],
        text=row["text"],
        html=row["html"],
    )
