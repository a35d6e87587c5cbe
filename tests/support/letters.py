"""Letters and SMS for what families were told of, all of them arrived."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid5

from contracts.notification import Channel, ContactRequested, MessageDelivered, MessageSent
from contracts.verification import CheckSilent, Verdict, VerificationCompleted
from support import rows
from support.books import Books
from support.rows import TODAY


def write_letters(books: Books) -> None:
    """A letter and an SMS for each event told so far of which families are told, and both have come; that a
    register is silent is told once. On a clear verdict the career centre is asked to call."""
    places: Counter[UUID] = Counter()
    worried: set[UUID] = set()
    for event, family, fact in list(books.news):
        if isinstance(fact, CheckSilent) and family in worried:
            continue
        if isinstance(fact, CheckSilent):
            worried.add(family)
        for channel in Channel:
            _written(books, family, uuid5(event, channel), channel, places[family])
            places[family] += 1
        if isinstance(fact, VerificationCompleted) and fact.verdict is Verdict.CLEAR:
            task = ContactRequested(task_id=rows.contact(books, family), region="590000000", due_on=TODAY)
            books.tell("notification", family, task, cause=event)


def _written(books: Books, family: UUID, message_id: UUID, channel: Channel, place: int) -> None:
    told: dict[str, Any] = {"message_id": message_id, "channel": channel, "about": "news"}
    books.tell("notification", family, MessageSent(**told))
    if channel is Channel.SMS:
        books.tell("notification", family, MessageDelivered(**told))
        rows.remind(books, "notification", family, "ReceiptOverdue", f'{{"message_id":"{message_id}"}}')
    rows.message(books, family, message_id, place, channel)
