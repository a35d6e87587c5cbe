"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from console.layout import BrokerKind, default_folder

Folder = Annotated[
    Path,
    typer.Option(
        help="Where the stack keeps everything",
        default_factory=default_folder,
        show_default="QONYS_HOME, or var/stack",
    ),
]
Kafka = Annotated[BrokerKind, typer.Option(help="The broker: embedded, or Apache Kafka")]
Json = Annotated[bool, typer.Option("--json", help="For programs: JSON on stdout")]
Language = Annotated[str, typer.Option(help="Language of what is said: en, kk, ru, kk-Arab")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on as it happens, until Ctrl-C")]
