"""Where the files of papers lie: an object store, each file under its SHA-256.

A file is written before the transaction that records it. One that no row names is harmless: the same content
put again is the same file.
"""

import hashlib

from obstore.store import LocalStore, ObjectStore, from_url

from intake.settings import IntakeSettings


class PaperFiles:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def keep(self, content: bytes) -> str:
        """Stores a content and answers its SHA-256 in hex."""
        sha256 = hashlib.sha256(content).hexdigest()
        await self._store.put_async(_place(sha256), content)
        return sha256

    async def read(self, sha256: str) -> bytes:
        """The content kept under a SHA-256; `FileNotFoundError` when there is none."""
        found = await self._store.get_async(_place(sha256))
        return bytes(await found.bytes_async())


def paper_files(settings: IntakeSettings) -> PaperFiles:
    """The store that the settings name: a local folder by default."""
    if settings.papers_url is not None:
        return PaperFiles(from_url(settings.papers_url))
    return PaperFiles(LocalStore(prefix=settings.papers_folder, mkdir=True))


def _place(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
