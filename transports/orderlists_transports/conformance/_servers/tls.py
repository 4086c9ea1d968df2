"""TLS between the suite's servers and a transport under test.

The certificate is for 127.0.0.1, is signed by an authority made for this suite, and is valid until
2119.  Its private key is public: do not trust the authority anywhere else.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from attrs import frozen

_HERE = Path(__file__).parent
_CA_FILE = str(_HERE / "authority.pem")


@frozen(kw_only=True)
class Tls:
    """The contexts of both ends.

    Attributes:
        server: Has a certificate for 127.0.0.1.
        client: Trusts the authority that signed it.
        ca_file: The certificate of that authority, in PEM.
    """

    server: ssl.SSLContext
    client: ssl.SSLContext
    ca_file: str | None = None


def new_tls() -> Tls:
    """Return fresh contexts, which a transport may modify."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(_HERE / "server.pem")
    client = ssl.create_default_context(cafile=_CA_FILE)
    return Tls(server=server, client=client, ca_file=_CA_FILE)
